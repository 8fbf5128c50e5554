// Package release says which version of Drover this is. It is the one place that knows: the file VERSION is compiled into
// the command line, every Lambda and the CDK app, however they are built, so that none of them can miss it.
package release

import (
	_ "embed"
	"strings"
)

//go:embed VERSION
var file string

// Version is the version of Drover, such as "0.2.0".
var Version = strings.TrimSpace(file)
