package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/drover-dr/drover/internal/untrusted"
)

// ContextVariable is the environment variable in which the CDK command line hands the context to the app.
const ContextVariable = "CDK_CONTEXT_JSON"

// Context is the whole context of the app: the object under [Key] and the feature flags of the CDK.
type Context map[string]json.RawMessage

// Load returns the context that the CDK command line has handed over, or else the one in the file cdk.json: the app
// must synthesize the same with and without the command line.
func Load(getenv func(string) string, file string) (Context, error) {
	if text := getenv(ContextVariable); text != "" {
		if err := untrusted.CheckJSON([]byte(text), maxContext); err != nil {
			return nil, fmt.Errorf("the context in %s: %w", ContextVariable, err)
		}
		var context Context
		if err := json.Unmarshal([]byte(text), &context); err != nil {
			return nil, fmt.Errorf("the context in %s: %w", ContextVariable, err)
		}
		if _, ok := context[Key]; ok {
			return context, nil
		}
	}
	return readFile(file)
}

// maxContext is the largest context in bytes.
const maxContext = 1 << 20

func readFile(file string) (Context, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is not here; run this where it is, at the top of the repository", file)
	}
	if err != nil {
		return nil, err
	}
	if err := untrusted.CheckJSON(text, maxContext); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	var whole struct{ Context Context }
	if err := json.Unmarshal(text, &whole); err != nil {
		return nil, fmt.Errorf("%s: %w", position(file, text, err), err)
	}
	return whole.Context, nil
}

// position is file:line:column of a syntax error, where the decoder knows it.
func position(file string, text []byte, err error) string {
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return file
	}
	line, column := 1, 1
	for _, b := range text[:min(int(syntax.Offset), len(text))] {
		column++
		if b == '\n' {
			line, column = line+1, 1
		}
	}
	return fmt.Sprintf("%s:%d:%d", file, line, column-1)
}

// Config reads the deployment's configuration out of the context.
func (c Context) Config() (Config, error) {
	text, ok := c[Key]
	if !ok {
		return Config{}, fmt.Errorf("the context in cdk.json has no key %q; expected an object with name, primary, standby and hostedZones", Key)
	}
	return Parse(text)
}

// Values returns the context as the CDK's App takes it.
func (c Context) Values() map[string]any {
	values := map[string]any{}
	for key, text := range c {
		var value any
		if json.Unmarshal(text, &value) == nil {
			values[key] = value
		}
	}
	return values
}
