package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/drover-dr/drover/infra/config"
	"github.com/drover-dr/drover/infra/step"
	"github.com/drover-dr/drover/statemachine/assembly"
)

// synthesis is what the tests read: the assembly of a context, synthesized once for all tests, for the CDK takes
// seconds. The tests are not parallel: the CDK's library does not support it.
type synthesis struct {
	config config.Config
	dir    string
	// assembly has all intrinsic functions resolved, templates are as they were written, by stack.
	assembly  *assembly.Assembly
	templates map[string]template
	err       error
}

type template struct {
	Resources map[string]struct {
		Type       string
		Properties map[string]any
	}
	Outputs map[string]any
}

var scratch string

func TestMain(m *testing.M) {
	var err error
	if scratch, err = os.MkdirTemp("", "drover-infra-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	closeCDK()
	_ = os.RemoveAll(scratch)
	os.Exit(code)
}

// once synthesizes the plan of the drills, withLevers that of the drills of every lever, inEurope one of other Regions, shipped
// what cdk.json ships.
var (
	once       = sync.OnceValue(func() synthesis { return synthesizeContext("drills", drills) })
	withLevers = sync.OnceValue(func() synthesis { return synthesizeContext("levers", leverDrills) })
	inEurope   = sync.OnceValue(func() synthesis { return synthesizeContext("europe", europeanDrills) })
	shipped    = sync.OnceValue(func() synthesis { return synthesizeContext("shipped", shippedContext) })
)

// shippedContext is what users deploy.
func shippedContext() (config.Context, error) {
	return config.Load(func(string) string { return "" }, "../cdk.json")
}

// drills is the context of the golden assembly: what is shipped, with the keys of testdata/drills.json instead.
func drills() (config.Context, error) { return instead(shippedContext, "drills.json") }

// leverDrills is that of the drills of every lever: the one of the drills, with the keys of testdata/levers.json instead.
func leverDrills() (config.Context, error) { return instead(drills, "levers.json") }

// europeanDrills is that of a plan with Regions, zones, clusters and names of its own.
func europeanDrills() (config.Context, error) { return instead(drills, "europe.json") }

// instead is a context with the keys of a file in testdata instead.
func instead(of func() (config.Context, error), file string) (config.Context, error) {
	context, err := of()
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		return nil, err
	}
	var keys struct{ Drover map[string]json.RawMessage }
	if err := json.Unmarshal(text, &keys); err != nil {
		return nil, err
	}
	var plan map[string]json.RawMessage
	if err := json.Unmarshal(context[config.Key], &plan); err != nil {
		return nil, err
	}
	maps.Copy(plan, keys.Drover)
	context[config.Key], err = json.Marshal(plan)
	return context, err
}

func synthesizeContext(name string, load func() (config.Context, error)) synthesis {
	var s synthesis
	s.err = s.synthesize(name, load)
	return s
}

// fresh returns the synthesis of the plan of the drills.
func fresh(t *testing.T) synthesis {
	t.Helper()
	s := once()
	if s.err != nil {
		t.Fatal(s.err)
	}
	return s
}

func (s *synthesis) synthesize(name string, load func() (config.Context, error)) error {
	if err := checkNode(os.Getenv, exec.LookPath); err != nil {
		return err
	}
	context, err := load()
	if err != nil {
		return err
	}
	if s.config, err = context.Config(); err != nil {
		return err
	}
	code, err := placeholders()
	if err != nil {
		return err
	}
	s.dir = filepath.Join(scratch, name)
	a := app{config: s.config, context: context.Values(), code: code, outdir: s.dir}
	if err := a.synthesize(); err != nil {
		return err
	}
	if s.assembly, err = assembly.Read(os.DirFS(s.dir), assembly.Placeholder); err != nil {
		return err
	}
	return s.readTemplates()
}

// placeholders makes a directory with a file for each built Lambda; the tests need no real ones.
func placeholders() (string, error) {
	code := filepath.Join(scratch, "code")
	for _, name := range step.Folders() {
		if err := os.MkdirAll(filepath.Join(code, name), 0o755); err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(code, name, "bootstrap"), []byte(name), 0o755); err != nil {
			return "", err
		}
	}
	return code, nil
}

func (s *synthesis) readTemplates() error {
	s.templates = map[string]template{}
	for _, stack := range s.assembly.Stacks {
		text, err := os.ReadFile(filepath.Join(s.dir, stack.Name+".template.json"))
		if err != nil {
			return err
		}
		var t template
		if err := json.Unmarshal(text, &t); err != nil {
			return err
		}
		s.templates[stack.Name] = t
	}
	return nil
}
