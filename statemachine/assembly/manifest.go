package assembly

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"

	"github.com/drover-dr/drover/internal/untrusted"
)

// manifest is the part of manifest.json that matters here.
type manifest struct {
	Artifacts map[string]artifact `json:"artifacts"`
}

type artifact struct {
	Type         string   `json:"type"`
	Environment  string   `json:"environment"`
	Dependencies []string `json:"dependencies"`
	Properties   struct {
		TemplateFile string `json:"templateFile"`
		StackName    string `json:"stackName"`
	} `json:"properties"`
}

// stackFile is a stack of the manifest.
type stackFile struct {
	name, account, region, template string
	dependsOn                       []string
}

const (
	stackType      = "aws:cloudformation:stack"
	unknownAccount = "unknown-account"
	unknownRegion  = "unknown-region"
)

// besides are the types of artifacts that are not part of a deployment.
var besides = []string{"cdk:asset-manifest", "cdk:tree", "cdk:feature-flag-report"}

// readManifest returns the stacks in deploy order: each after those that it depends on, and otherwise by id.
func readManifest(dir fs.FS) ([]stackFile, error) {
	text, err := fs.ReadFile(dir, "manifest.json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("no manifest.json: this is not a cloud assembly; expected a directory such as the cdk.out of make synth")
	}
	if err != nil {
		return nil, err
	}
	if err := untrusted.CheckJSON(text, maxFile); err != nil {
		return nil, fmt.Errorf("manifest.json: %w", err)
	}
	var m manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, fmt.Errorf("manifest.json: %w", err)
	}
	stacks, err := m.stacks()
	if err != nil {
		return nil, fmt.Errorf("manifest.json: %w", err)
	}
	if len(stacks) == 0 {
		return nil, errors.New("manifest.json: no stacks")
	}
	return stacks, nil
}

func (m manifest) stacks() ([]stackFile, error) {
	var ids []string
	var problems []error
	for id, a := range m.Artifacts {
		if a.Type == stackType {
			ids = append(ids, id)
		} else if !slices.Contains(besides, a.Type) {
			problems = append(problems, fmt.Errorf("artifact %s: type %s is not known here", id, a.Type))
		}
	}
	slices.Sort(ids)
	slices.SortFunc(problems, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	var ordered []stackFile
	done := map[string]bool{}
	for len(done) < len(ids) {
		i := slices.IndexFunc(ids, func(id string) bool { return !done[id] && m.ready(id, done) })
		if i < 0 {
			return nil, fmt.Errorf("the stacks depend on each other in a circle: %s", strings.Join(ids, ", "))
		}
		stack, err := m.stack(ids[i])
		if err != nil {
			problems = append(problems, err)
		}
		done[ids[i]] = true
		ordered = append(ordered, stack)
	}
	return ordered, errors.Join(problems...)
}

// ready says whether all stacks that a stack depends on are done.
func (m manifest) ready(id string, done map[string]bool) bool {
	return !slices.ContainsFunc(m.Artifacts[id].Dependencies, func(other string) bool {
		return m.Artifacts[other].Type == stackType && !done[other]
	})
}

func (m manifest) stack(id string) (stackFile, error) {
	a := m.Artifacts[id]
	s := stackFile{name: a.Properties.StackName, template: a.Properties.TemplateFile}
	if s.name == "" {
		s.name = id
	}
	account, region, ok := strings.Cut(strings.TrimPrefix(a.Environment, "aws://"), "/")
	if !ok || region == unknownRegion {
		return s, fmt.Errorf("stack %s: environment %q names no Region; expected aws://ACCOUNT/REGION", s.name, a.Environment)
	}
	if err := failover.CheckRegion(failover.Region(region)); err != nil {
		return s, fmt.Errorf("stack %s: environment %q: %w", s.name, a.Environment, err)
	}
	s.account, s.region = account, region
	for _, other := range a.Dependencies {
		if m.Artifacts[other].Type == stackType {
			s.dependsOn = append(s.dependsOn, other)
		}
	}
	return s, nil
}
