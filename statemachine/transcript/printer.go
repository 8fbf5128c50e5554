package transcript

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/drover-dr/drover/internal/untrusted"
	"github.com/drover-dr/drover/statemachine/scenario"
)

// Tone says what a piece of text means, for a terminal that has colours.
type Tone int

// The tones of a transcript.
const (
	Plain Tone = iota
	Title
	Dim
	Good
	Bad
	Warn
)

// Columns is the width of a transcript, unless the terminal is narrower; Fewest is the least width.
const (
	Columns = 100
	Fewest  = 60
)

// Printer writes a transcript while the drill is played. Without Paint it writes the same bytes every time.
type Printer struct {
	W io.Writer
	// Paint, when set, colours text.
	Paint func(Tone, string) string
	// Width is how many columns there are; 0 stands for [Columns], which is also the most that are used.
	Width int
	// Also is another printer of the same transcript, such as that of the screen beside that of the file.
	Also *Printer
	// Start is what times count from; the zero value stands for [Start].
	Start time.Time
	// Symbols prints <bound> and the like in place of numbers that the retry budget decides, and of sizes, for golden files.
	Symbols bool

	// aliases are pairs of an id that AWS has generated and its name in the transcript.
	aliases []string
	symbols []symbol

	mu  sync.Mutex // while a simulator is served, events come from concurrent requests
	err error
}

// Each calls f for the printer and for those beside it.
func (p *Printer) Each(f func(*Printer)) {
	for ; p != nil; p = p.Also {
		f(p)
	}
}

// Failed is why the transcript could not be written.
func (p *Printer) Failed() error {
	var err error
	p.Each(func(p *Printer) { err = errors.Join(err, p.err) })
	return err
}

// Columns is how many columns the transcript uses.
func (p *Printer) Columns() int {
	if p.Width == 0 {
		return Columns
	}
	return min(max(p.Width, Fewest), Columns)
}

func (p *Printer) paint(tone Tone, text string) string {
	text = untrusted.Line(text)
	if p.Paint == nil || tone == Plain || text == "" {
		return text
	}
	return p.Paint(tone, text)
}

// Call gives an id a readable name in the transcript.
func (p *Printer) Call(id, name string) {
	p.Each(func(p *Printer) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.aliases = append(p.aliases, id, name)
	})
}

// Named is text with the names in place of ids.
func (p *Printer) Named(text string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.Symbols {
		text = symbolic(text, p.symbols)
	}
	if len(p.aliases) == 0 {
		return text
	}
	return strings.NewReplacer(p.aliases...).Replace(text)
}

// line writes one line without blanks at its end.
func (p *Printer) line(text string) { p.write(strings.TrimRight(text, " ") + "\n") }

// write writes whole lines. What is in them has come through paint, pad, wrap or wrapCommand, which leave nothing in it that
// a terminal obeys; only what Paint adds is left.
func (p *Printer) write(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.Paint == nil {
		text = untrusted.Lines(text)
	}
	if p.err == nil {
		_, p.err = io.WriteString(p.W, text)
	}
}

// Begin writes what is played: its title, what it is about, and the plan that it is played with.
func (p *Printer) Begin(title, description, plan string) {
	for _, part := range wrap(title, p.Columns()) {
		p.line(p.paint(Title, part))
	}
	p.line("")
	p.paragraph(2, description)
	p.line("")
	p.paragraph(2, plan)
	p.line("")
}

// heading writes the title of a section.
func (p *Printer) heading(text string) {
	p.line("")
	p.line(p.paint(Title, text))
}

const (
	stampWidth = 5
	actorWidth = 15
	textColumn = 2 + stampWidth + 2 + actorWidth + 2
)

// Event writes one event: time, place or actor, text. A long text continues below its beginning.
func (p *Printer) Event(at time.Time, actor string, tone Tone, text string) {
	p.Each(func(p *Printer) { p.eventHere(at, actor, tone, text) })
}

func (p *Printer) eventHere(at time.Time, actor string, tone Tone, text string) {
	stamp, column := p.stamp(at), p.textColumn(at)
	if text = p.Named(text); p.Symbols && isStanding(text) {
		return
	}
	var lines strings.Builder
	tooLong := max(0, utf8.RuneCountInString(actor)-actorWidth)
	for i, part := range wrap(text, p.Columns()-column-tooLong) {
		left := strings.Repeat(" ", column)
		if i == 0 {
			left = fmt.Sprintf("  %s  %s  ", p.paint(Dim, stamp), pad(actor, actorWidth))
		}
		lines.WriteString(strings.TrimRight(left+p.paint(tone, part), " ") + "\n")
	}
	p.write(lines.String())
}

func (p *Printer) stamp(at time.Time) string {
	start := p.Start
	if start.IsZero() {
		start = scenario.Start
	}
	return scenario.Clock(at.Sub(start))
}

// textColumn is where texts begin; after 99 minutes the time before them is wider.
func (p *Printer) textColumn(at time.Time) int {
	return textColumn + max(0, len(p.stamp(at))-stampWidth)
}

// command writes a command below an event, in a form that a shell accepts as it is printed.
func (p *Printer) command(at time.Time, text string) {
	if text != "" {
		p.Each(func(p *Printer) { p.commandHere(at, text) })
	}
}

func (p *Printer) commandHere(at time.Time, text string) {
	column := p.textColumn(at)
	var lines strings.Builder
	for i, part := range wrapCommand(p.Named(text), p.Columns()-column-2) {
		indent := column
		if i > 0 {
			indent += 2
		}
		lines.WriteString(strings.Repeat(" ", indent) + part + "\n")
	}
	p.write(lines.String())
}

// paragraph writes running text.
func (p *Printer) paragraph(indent int, text string) {
	for _, part := range wrap(strings.Join(strings.Fields(text), " "), p.Columns()-indent) {
		p.line(strings.Repeat(" ", indent) + part)
	}
}

// Wrap breaks text between words into lines of at most width characters.
func Wrap(text string, width int) []string { return wrap(text, width) }

// wrap breaks text between words into lines of at most width characters. A word that is longer, such as a piece of
// JSON, is broken after a comma, or else where a list or the next part of an ARN begins; one without stays whole.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range joinQuoted(strings.Fields(untrusted.Line(text))) {
		for utf8.RuneCountInString(word) > width {
			part := word[:min(width, len(word))]
			end := strings.LastIndex(part, ",")
			if end < 0 {
				end = strings.LastIndexAny(part, "[:/")
			}
			if end < 0 {
				break
			}
			if line != "" {
				lines = append(lines, line)
			}
			lines, line, word = append(lines, word[:end+1]), "", word[end+1:]
		}
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width:
			lines = append(lines, line)
			line = word
		default:
			line += " " + word
		}
	}
	return append(lines, line)
}

// joinQuoted keeps together what stands in single quotes: a name in a command is not broken, so that no line begins in it.
func joinQuoted(words []string) []string {
	closes := func(word string) bool { return strings.HasSuffix(strings.TrimRight(word, ",.;:)"), "'") }
	var joined []string
	for i := 0; i < len(words); i++ {
		word := words[i]
		if n := slices.IndexFunc(words[i:], closes); strings.HasPrefix(word, "'") && n > 0 {
			word = strings.Join(words[i:i+n+1], " ")
			i += n
		}
		joined = append(joined, word)
	}
	return joined
}

// wrapCommand breaks a command between its words, with the mark that lets a shell read on. A long piece of JSON is broken
// after a comma, or where an object or list begins: a line break means nothing to it there.
func wrapCommand(text string, width int) []string {
	const readOn = " \\"
	var lines []string
	line := ""
	for _, word := range shellWords(untrusted.Line(text)) {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word)+len(readOn) > width {
			lines, line = append(lines, line+readOn), ""
		}
		if line != "" {
			line += " "
		}
		for line += word; utf8.RuneCountInString(line)+len(readOn) > width; {
			end := strings.LastIndex(line[:width-len(readOn)], ",")
			if json := strings.HasPrefix(word, "'{") || strings.HasPrefix(word, "'["); end < 0 && json {
				end = strings.LastIndexAny(line[:width-len(readOn)], "{[")
			}
			if end < 0 {
				break
			}
			lines, line = append(lines, line[:end+1]), line[end+1:]
		}
	}
	return append(lines, line)
}

// shellWords splits a command at blanks that are not quoted, and leaves the quotes in it.
func shellWords(text string) []string {
	var words []string
	begin, quoted, escaped := 0, false, false
	for i, c := range text {
		switch {
		case escaped:
			escaped = false
		case c == '\\' && !quoted:
			escaped = true
		case c == '\'':
			quoted = !quoted
		case c == ' ' && !quoted:
			words, begin = append(words, text[begin:i]), i+1
		}
	}
	return append(words, text[begin:])
}

// pad fills text up to width characters.
func pad(text string, width int) string {
	text = untrusted.Line(text)
	return text + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(text)))
}
