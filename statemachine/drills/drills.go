// Package drills holds the scenarios that Drover comes with: a YAML file each, and beside it the transcript that
// playing it must write, byte for byte; the notifications of ten of them are in the folder messages.
package drills

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/drover-dr/drover/statemachine/scenario"
)

//go:embed *.yaml applications
var files embed.FS

// Default is the scenario that is played when none is named.
const Default = "region-outage"

// Names are the scenarios' names, the default first and the others in alphabetical order.
func Names() []string {
	names := []string{Default}
	entries, _ := fs.ReadDir(files, ".") // the root of an embedded file system can be read
	for _, entry := range entries {
		if name, ok := strings.CutSuffix(entry.Name(), ".yaml"); ok && name != Default {
			names = append(names, name)
		}
	}
	return names
}

// UnknownError says that there is no scenario of this name.
type UnknownError struct{ Name string }

// Error lists the scenarios that there are.
func (e *UnknownError) Error() string {
	return fmt.Sprintf("there is no scenario %q; there are: %s", e.Name, strings.Join(Names(), ", "))
}

// Load reads a scenario by its name. It returns an [UnknownError] when there is none.
func Load(name string) (*scenario.Scenario, error) {
	s, err := scenario.Load(files, name+".yaml")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &UnknownError{Name: name}
	}
	if err != nil {
		return nil, err
	}
	s.Shipped = true
	return s, nil
}
