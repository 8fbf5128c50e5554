package main

import (
	"io"
	"os"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/term"
	"github.com/drover-dr/drover/statemachine/transcript"
)

// styles are the styles of the tones of a transcript, in the terminal's own colours, which fit its background.
var styles = map[transcript.Tone]string{
	transcript.Title: "\x1b[1m", transcript.Dim: "\x1b[2m",
	transcript.Good: "\x1b[32m", transcript.Bad: "\x1b[31m", transcript.Warn: "\x1b[33m",
}

const unstyled = "\x1b[m"

func paint(tone transcript.Tone, text string) string { return styles[tone] + text + unstyled }

// coloured passes colours on as far as w is a terminal that has them and the user has not set NO_COLOR.
func coloured(w io.Writer) io.Writer { return colorprofile.NewWriter(w, os.Environ()) }

// screen prints a transcript to a terminal.
func screen(w io.Writer) *transcript.Printer {
	return &transcript.Printer{W: coloured(w), Paint: paint, Width: width(w)}
}

// width is how many columns the terminal has, or 0 where there is none.
func width(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok {
		return 0
	}
	columns, _, err := term.GetSize(f.Fd())
	if err != nil {
		return 0
	}
	return columns
}
