package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/untrusted/yamltext"
	"github.com/goccy/go-yaml"
)

// planFile is the file that names a plan, in the working directory or in a folder above it.
const planFile = "drover.yaml"

// namedPlan is the content of that file.
type namedPlan struct {
	// Plan is the plan's name.
	Plan string `yaml:"plan"`
	// Regions are its Regions, the primary first; one is enough.
	Regions []failover.Region `yaml:"regions"`
}

// readPlanFile reads the file. Where there is none the plan has no name.
func readPlanFile() (namedPlan, error) {
	dir, err := os.Getwd()
	if err != nil {
		return namedPlan{}, err
	}
	for {
		file := filepath.Join(dir, planFile)
		text, err := os.ReadFile(file)
		if err == nil {
			return parsePlanFile(file, text)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return namedPlan{}, err
		}
		above := filepath.Dir(dir)
		if above == dir {
			return namedPlan{}, nil
		}
		dir = above
	}
}

func parsePlanFile(file string, text []byte) (namedPlan, error) {
	var p namedPlan
	tree, err := yamltext.Parse(text)
	if err == nil && len(tree.Docs) > 0 && tree.Docs[0].Body != nil {
		err = yaml.NodeToValue(tree.Docs[0].Body, &p, yaml.Strict())
	}
	if err != nil {
		line := 1
		if at := yaml.Error(nil); errors.As(err, &at) && at.GetToken() != nil {
			line = at.GetToken().Position.Line
			return p, fmt.Errorf("%s:%d: %s; expected plan: NAME and regions: [REGION, REGION]", file, line, at.GetMessage())
		}
		return p, fmt.Errorf("%s:%d: %w", file, line, err)
	}
	for _, region := range p.Regions {
		if err := failover.CheckRegion(region); err != nil {
			return p, fmt.Errorf("%s: regions: %w", file, err)
		}
	}
	if len(p.Regions) > 2 {
		return p, fmt.Errorf("%s: regions: %s; expected the primary and the standby", file, strings.Join(texts(p.Regions), ", "))
	}
	return p, nil
}

func texts(regions []failover.Region) []string {
	var all []string
	for _, r := range regions {
		all = append(all, string(r))
	}
	return all
}
