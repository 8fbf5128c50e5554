// Package report writes the result of a drill into a folder: one page for the browser that loads nothing else, the
// transcript, the notifications, and the result as JSON.
package report

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"os"
	"path/filepath"

	"github.com/drover-dr/drover/internal/untrusted"
	"github.com/drover-dr/drover/statemachine/drill"
)

// The files of a report.
const (
	Page       = "report.html"
	Transcript = "transcript.txt"
	Messages   = "messages.txt"
	Outcome    = "result.json"
)

//go:embed page.html
var pageText string

//go:embed page.css
var style string

var page = template.Must(template.New(Page).Funcs(template.FuncMap{
	"clock": clock, "span": span, "seconds": seconds, "answerTone": answerTone, "verdict": verdictOf,
}).Parse(pageText))

// Write writes the report into a folder, which it creates. What was there before is replaced, each file as a whole.
func Write(dir string, result *drill.Result, transcript []byte) error {
	html, err := Render(result, transcript)
	if err != nil {
		return err
	}
	outcome, err := json.MarshalIndent(result, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s: %w", Outcome, err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	for _, f := range []struct {
		name string
		text []byte
	}{{Page, html}, {Transcript, transcript}, {Messages, []byte(result.Messages)}, {Outcome, append(untrusted.JSONText(outcome), '\n')}} {
		if err := replace(filepath.Join(dir, f.name), f.text); err != nil {
			return fmt.Errorf("write the report: %w", err)
		}
	}
	return nil
}

// Render makes the page. The same result gives the same page.
func Render(result *drill.Result, transcript []byte) ([]byte, error) {
	var out bytes.Buffer
	if err := page.Execute(&out, newView(result, transcript)); err != nil {
		return nil, fmt.Errorf("make the report's page: %w", err)
	}
	return []byte(untrusted.Lines(out.String())), nil
}

// replace puts a file in place when it is complete. Until then it has a name of its own, so that drills that are played at
// the same time do not overwrite each other's.
func replace(path string, text []byte) error {
	part, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.part")
	if err != nil {
		return err
	}
	_, err = part.Write(text)
	err = errors.Join(err, part.Chmod(0o644), part.Close())
	if err == nil {
		err = os.Rename(part.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(part.Name()))
	}
	return nil
}
