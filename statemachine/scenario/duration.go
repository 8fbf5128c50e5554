package scenario

import (
	"fmt"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// Duration is a length of virtual time, written like 2m30s.
type Duration time.Duration

// UnmarshalYAML reads a duration as Go writes it.
func (d *Duration) UnmarshalYAML(node ast.Node) error {
	parsed, err := time.ParseDuration(node.GetToken().Value)
	if err != nil || parsed < 0 {
		return &yaml.SyntaxError{
			Message: fmt.Sprintf("%q is not a duration; expected one like 45s or 2m30s", node.GetToken().Value), Token: node.GetToken(),
		}
	}
	*d = Duration(parsed)
	return nil
}

// Or returns the duration, or other when it is zero.
func (d Duration) Or(other time.Duration) time.Duration {
	if d == 0 {
		return other
	}
	return time.Duration(d)
}
