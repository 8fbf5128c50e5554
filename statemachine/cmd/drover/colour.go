package main

import (
	"io"
	"os"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/drover-dr/drover/statemachine/drill"
)

// styles are how the tones of a transcript look: the terminal's own colours, which fit its background.
var styles = map[drill.Tone]lipgloss.Style{
	drill.Title: lipgloss.NewStyle().Bold(true),
	drill.Dim:   lipgloss.NewStyle().Faint(true),
	drill.Good:  lipgloss.NewStyle().Foreground(lipgloss.Green),
	drill.Bad:   lipgloss.NewStyle().Foreground(lipgloss.Red),
	drill.Warn:  lipgloss.NewStyle().Foreground(lipgloss.Yellow),
}

func paint(tone drill.Tone, text string) string { return styles[tone].Render(text) }

// coloured passes colours on as far as w is a terminal that has them and the user has not set NO_COLOR.
func coloured(w io.Writer) io.Writer { return colorprofile.NewWriter(w, os.Environ()) }

// plain passes text on without colours.
func plain(w io.Writer) io.Writer {
	return &colorprofile.Writer{Forward: w, Profile: colorprofile.NoTTY}
}
