package stepfunctions

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"github.com/drover-dr/drover/statemachine/asl"
	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// A deployment replaces the latest revision of a state machine, and no version (Step Functions Developer Guide, "Manage
// continuous deployments with versions and aliases"). An execution keeps the revision or version that it was started
// with until it ends (API Reference, "UpdateStateMachine"). There are no aliases.

// revision is a state machine as one deployment defines it.
func (s *Service) revision(sm StateMachine) (*machine, error) {
	if err := s.k.CheckRegion(sm.Region); err != nil {
		return nil, fmt.Errorf("state machine %s: %w", sm.Name, err)
	}
	parsed, err := definitions.Of(sm.Definition, func() (*asl.Machine, error) { return asl.Parse([]byte(sm.Definition)) })
	if err != nil {
		return nil, fmt.Errorf("state machine %s in %s: %w", sm.Name, sm.Region, err)
	}
	if err := s.checkIntegrations(sm); err != nil {
		return nil, err
	}
	return &machine{StateMachine: sm, parsed: parsed, created: s.k.Now()}, nil
}

// definitions are those that were parsed: executions do not change them.
var definitions kernel.Memo[*asl.Machine]

// UpdateStateMachine makes a new revision of a state machine. Running executions and published versions keep theirs.
func (ctl Control) UpdateStateMachine(sm StateMachine) error {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	before := ctl.s.machines[sm.ARN]
	if before == nil {
		return fmt.Errorf("update state machine %s: it does not exist", sm.ARN)
	}
	m, err := ctl.s.revision(sm)
	if err != nil {
		return err
	}
	m.created, m.versions = before.created, before.versions
	ctl.s.machines[sm.ARN] = m
	return nil
}

// PublishStateMachineVersion publishes a version of a state machine's latest revision and returns its ARN. When nothing
// has changed since the last version, it returns that one's ARN.
func (ctl Control) PublishStateMachineVersion(machineARN string) (arn string, err error) {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	latest := ctl.s.machines[machineARN]
	if latest == nil || latest.version != "" {
		return "", fmt.Errorf("publish a version of %s: there is no such state machine", machineARN)
	}
	if latest.published == "" {
		latest.versions++
		latest.published = wire.Qualified(machineARN, strconv.Itoa(latest.versions))
		version := *latest
		version.version, version.created = latest.published, ctl.s.k.Now()
		ctl.s.machines[version.version] = &version
	}
	return latest.published, nil
}

// of says whether an execution is one of the state machine, or of its version if m is one.
func (e *execution) of(m *machine) bool {
	return e.machine.ARN == m.ARN && (m.version == "" || e.machine.version == m.version)
}

// machinePermission names the state machine, for every version of it: AWS authorizes a version by the ARN of its state
// machine, and has the version in a condition key (Step Functions Developer Guide, "Authorization for versions and
// aliases").
func machinePermission(req *wire.Request, arn string) []wire.Permission {
	p := wire.Permission{Action: "states:" + req.Operation, Resource: cmp.Or(wire.Unqualified(arn), "*")}
	if q := wire.Qualifier(arn); q != "" {
		p.Context = map[string][]string{"states:statemachinequalifier": {q}}
	}
	return []wire.Permission{p}
}

// listStateMachineVersions lists the newest first, as AWS does.
func (s *Service) listStateMachineVersions(req *wire.Request, p *listVersionsParams) (any, *wire.Error) {
	m, err := s.machineIn(req.Region, p.arn())
	if err != nil {
		return nil, err
	}
	type item struct {
		ARN     string     `json:"stateMachineVersionArn"`
		Created wire.Epoch `json:"creationDate"`
	}
	items := []item{}
	for n := m.versions; n > 0; n-- {
		arn := wire.Qualified(m.ARN, strconv.Itoa(n))
		items = append(items, item{arn, wire.Epoch(s.machines[arn].created)})
	}
	from, to, next, err := p.page(len(items))
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
	ofMachine
}

var integration = regexp.MustCompile(`arn:([a-z-]+):states:::[A-Za-z0-9:.-]+`)

// checkIntegrations rejects a definition whose integrations are those of another partition, as CreateStateMachine does.
func (s *Service) checkIntegrations(sm StateMachine) error {
	for _, match := range integration.FindAllStringSubmatch(sm.Definition, -1) {
		if match[1] != s.k.Partition.ID {
			return fmt.Errorf("state machine %s in %s: SCHEMA_VALIDATION_FAILED: the resource %s is not of the partition %s",
				sm.Name, sm.Region, match[0], s.k.Partition.ID)
		}
	}
	return nil
}
