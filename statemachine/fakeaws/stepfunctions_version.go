package fakeaws

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/drover-dr/drover/statemachine/asl"
)

// A state machine has its latest revision, which is replaced by a deployment, and versions, which are not (Step
// Functions Developer Guide, "Manage continuous deployments with versions and aliases"). An execution keeps the
// revision or version that it was started with until it ends (API Reference, "UpdateStateMachine"). There are no aliases.

// revision is a state machine as one deployment leaves it.
func (w *World) revision(sm StateMachine) (*machine, error) {
	if _, ok := w.regions[sm.Region]; !ok {
		return nil, fmt.Errorf("state machine %s: no Region %q in this World", sm.Name, sm.Region)
	}
	parsed, err := asl.Parse([]byte(sm.Definition))
	if err != nil {
		return nil, fmt.Errorf("state machine %s in %s: %w", sm.Name, sm.Region, err)
	}
	if err := w.checkIntegrations(sm); err != nil {
		return nil, err
	}
	return &machine{StateMachine: sm, parsed: parsed, created: w.now}, nil
}

// UpdateStateMachine makes a new revision of a state machine. What is running, and what has been published, stays as it
// is.
func (w *World) UpdateStateMachine(sm StateMachine) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	before := w.stepfunctions.machines[sm.ARN]
	if before == nil {
		return fmt.Errorf("update state machine %s: it does not exist", sm.ARN)
	}
	m, err := w.revision(sm)
	if err != nil {
		return err
	}
	m.created, m.versions = before.created, before.versions
	w.stepfunctions.machines[sm.ARN] = m
	return nil
}

// PublishStateMachineVersion makes a version of a state machine's latest revision and returns the version's ARN. When
// nothing has changed since the last version, it is that one's.
func (w *World) PublishStateMachineVersion(machineARN string) (arn string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	latest := w.stepfunctions.machines[machineARN]
	if latest == nil || latest.version != "" {
		return "", fmt.Errorf("publish a version of %s: there is no such state machine", machineARN)
	}
	if latest.published == "" {
		latest.versions++
		latest.published = qualified(machineARN, strconv.Itoa(latest.versions))
		version := *latest
		version.version, version.created = latest.published, w.now
		w.stepfunctions.machines[version.version] = &version
	}
	return latest.published, nil
}

// unqualified is the ARN of a state machine without a version.
func unqualified(arn string) string {
	if q := qualifierOf(arn); q != "" {
		return strings.TrimSuffix(arn, ":"+q)
	}
	return arn
}

// of says whether an execution is one of the state machine, or of the version of it that is asked about.
func (e *execution) of(m *machine) bool {
	return e.machine.ARN == m.ARN && (m.version == "" || e.machine.version == m.version)
}

// machinePermission asks about the state machine, whatever version of it is meant: AWS authorizes a version by the ARN
// of its state machine, and has the version in a condition key (Step Functions Developer Guide, "Authorization for
// versions and aliases").
func machinePermission(req *Request, arn string) []Permission {
	p := Permission{Action: "states:" + req.Operation, Resource: cmp.Or(unqualified(arn), "*")}
	if q := qualifierOf(arn); q != "" {
		p.Context = map[string][]string{"states:statemachinequalifier": {q}}
	}
	return []Permission{p}
}

// listStateMachineVersions lists the newest first, as AWS does.
func (s *stepfunctions) listStateMachineVersions(req *Request, p *listVersionsParams) (any, *APIError) {
	m, err := s.machineIn(req.Region, p.StateMachineARN)
	if err != nil {
		return nil, err
	}
	type item struct {
		ARN     string `json:"stateMachineVersionArn"`
		Created epoch  `json:"creationDate"`
	}
	items := []item{}
	for n := m.versions; n > 0; n-- {
		arn := qualified(m.ARN, strconv.Itoa(n))
		items = append(items, item{arn, epoch(s.machines[arn].created)})
	}
	from, to, next, err := pageBounds(len(items), p.NextToken, p.MaxResults, 1000)
	if err != nil {
		return nil, err
	}
	return struct {
		Items []item `json:"stateMachineVersions"`
		Next  string `json:"nextToken,omitempty"`
	}{slices.Clone(items[from:to]), next}, nil
}

type listVersionsParams struct {
	paging
	StateMachineARN string `json:"stateMachineArn"`
}

func (p *listVersionsParams) object() string { return p.StateMachineARN }
func (p *listVersionsParams) permissions(_ *World, req *Request) []Permission {
	return machinePermission(req, p.StateMachineARN)
}
