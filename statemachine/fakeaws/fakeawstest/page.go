package fakeawstest

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// Page is a page of the documentation of which a part is generated, between two comments that have the part's name.
type Page struct {
	// File is the page, relative to the package of the test.
	File string
	// Part is the name of the part, and Command the command that writes it.
	Part, Command string
}

// Check compares the part with what is wanted, and writes it when update is set.
func (p Page) Check(t *testing.T, wanted string, update bool) {
	t.Helper()
	before, part, after := p.Read(t)
	switch {
	case update:
		text := before + p.start() + wanted + p.end() + after
		if err := os.WriteFile(p.File, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	case part != wanted:
		t.Errorf("the part %q of %s is not up to date; type: %s", p.Part, p.File, p.Command)
	}
}

// Read is the page: what is before the part, the part, and what is after it.
func (p Page) Read(t *testing.T) (before, part, after string) {
	t.Helper()
	text, err := os.ReadFile(p.File)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), p.start())
	part, after, closed := strings.Cut(rest, p.end())
	if !ok || !closed {
		t.Fatalf("%s has no lines %q and %q", p.File, p.start(), p.end())
	}
	return before, part, after
}

func (p Page) start() string { return fmt.Sprintf("<!-- %s: written by %s -->\n", p.Part, p.Command) }
func (p Page) end() string   { return fmt.Sprintf("<!-- end of %s -->\n", p.Part) }
