package estate

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/untrusted/yamltext"
)

// Answer is what the user says of the names that match it, where the zones do not say it.
type Answer struct {
	// Name is a name, or a pattern in which * stands for any text; Type and Zone, the id, narrow it.
	Name string `yaml:"name"`
	Type string `yaml:"type"`
	Zone string `yaml:"zone"`
	// Region is that of the one record set that exists.
	Region failover.Region `yaml:"region"`
	// Other is the endpoint in the other Region.
	Other *Other `yaml:"other"`
	// Sets has the Region of record sets, by their identifiers.
	Sets map[string]failover.Region `yaml:"sets"`
	// Serves is the Region that is to serve all clients, where the record sets serve them from both.
	Serves failover.Region `yaml:"serves"`
	// Remove are the identifiers of record sets beside the pair, which a conversion deletes.
	Remove []string `yaml:"remove"`
	// Application is the name of the application.
	Application string `yaml:"application"`
	// Skip leaves the name as it is.
	Skip bool `yaml:"skip"`
}

// Other is an endpoint: a value, several, an alias, or that of another record.
type Other struct {
	Value  string   `yaml:"value"`
	Values []string `yaml:"values"`
	Alias  *struct {
		Name                 string `yaml:"name"`
		Zone                 string `yaml:"zone"`
		EvaluateTargetHealth bool   `yaml:"evaluateTargetHealth"`
	} `yaml:"alias"`
	// Record is the name of a simple record whose values or alias are taken.
	Record string `yaml:"record"`
}

// Answers are in the order of their file: of two that match, the first one that says a thing counts.
type Answers []Answer

// ParseAnswers reads the answers of a file. The Regions must be those of the plan.
func ParseAnswers(file string, text []byte, plan failover.Plan) (Answers, error) {
	if _, err := yamltext.Parse(text); err != nil {
		return nil, fmt.Errorf("%s: not YAML: %w", file, err)
	}
	var content struct {
		Answers Answers `yaml:"answers"`
	}
	if err := yaml.UnmarshalWithOptions(text, &content, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("%s: %s; expected the key answers with a list of name, type, zone, region, other, sets, serves, remove, application and skip", file, yaml.FormatError(err, false, false))
	}
	var wrong []error
	for i, a := range content.Answers {
		if problem := a.check(plan); problem != "" {
			wrong = append(wrong, fmt.Errorf("%s: answer %d (%s): %s", file, i+1, cmp.Or(a.Name, "without a name"), problem))
		}
	}
	if len(content.Answers) == 0 {
		wrong = append(wrong, fmt.Errorf("%s: no answers; expected the key answers with a list", file))
	}
	return content.Answers, errors.Join(wrong...)
}

func (a Answer) check(plan failover.Plan) string {
	regions := []failover.Region{a.Region, a.Serves}
	for _, region := range a.Sets {
		regions = append(regions, region)
	}
	for _, region := range regions {
		if region != "" && !plan.Has(region) {
			return fmt.Sprintf("%q is not a Region of the plan; expected %s or %s", region, plan.Primary, plan.Standby)
		}
	}
	if a.Name == "" {
		return "name is missing; expected a name such as www.example.com, or a pattern such as *.example.com"
	}
	if o := a.Other; o != nil {
		given := 0
		for _, is := range []bool{o.Value != "", len(o.Values) > 0, o.Alias != nil, o.Record != ""} {
			if is {
				given++
			}
		}
		if given != 1 {
			return "other: expected one of value, values, alias and record"
		}
	}
	return ""
}

// Of is what the answers say of a group.
func (all Answers) Of(g Group) Answer {
	var said Answer
	for _, a := range all {
		if !Matches(a.Name, g.Name) || a.Type != "" && a.Type != g.Type || a.Zone != "" && a.Zone != g.Zone.ID {
			continue
		}
		said.Region, said.Serves = cmp.Or(said.Region, a.Region), cmp.Or(said.Serves, a.Serves)
		said.Application, said.Skip = cmp.Or(said.Application, a.Application), said.Skip || a.Skip
		if said.Other == nil {
			said.Other = a.Other
		}
		if said.Sets == nil {
			said.Sets = a.Sets
		}
		if said.Remove == nil {
			said.Remove = a.Remove
		}
	}
	return said
}

// expand replaces {name}, {label}, {rest} and {zone} in a text: the group's name, its first label, what follows that, and the
// name of the zone.
func (g Group) expand(text string) string {
	label, rest, _ := strings.Cut(g.Name, ".")
	return strings.NewReplacer("{name}", g.Name, "{label}", label, "{rest}", rest, "{zone}", g.Zone.Name).Replace(text)
}

// endpoint is the endpoint that an answer names.
func (d *decider) endpoint(g Group, o Other) (failover.Endpoint, string) {
	switch {
	case o.Alias != nil:
		return failover.Endpoint{Alias: &failover.Alias{
			Name: plainTarget(g.expand(o.Alias.Name)), Zone: o.Alias.Zone, EvaluateTargetHealth: o.Alias.EvaluateTargetHealth,
		}}, ""
	case o.Record != "":
		name := failover.CanonicalName(g.expand(o.Record))
		there, ok := d.find(g.Zone.ID, name, g.Type)
		if !ok || there.Policy() != Simple {
			return failover.Endpoint{}, fmt.Sprintf("the answer takes the endpoint of %s %s, which is no simple record of the zones", name, g.Type)
		}
		return there.Sets[0].endpoint(""), ""
	case o.Value != "":
		return failover.Endpoint{Value: g.expand(o.Value)}, ""
	}
	values := slices.Clone(o.Values)
	for i := range values {
		values[i] = g.expand(values[i])
	}
	return failover.Endpoint{Values: values}, ""
}
