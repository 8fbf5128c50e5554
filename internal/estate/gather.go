package estate

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
)

// Grouping says which application a name belongs to: one for each name, one for each first label, or one for each text that the
// group of a regular expression finds in the name.
type Grouping struct {
	label   int
	pattern *regexp.Regexp
}

// ParseGrouping reads name, label, label:N or match:EXPRESSION.
func ParseGrouping(text string) (Grouping, error) {
	kind, rest, _ := strings.Cut(text, ":")
	wrong := func(why string) (Grouping, error) {
		return Grouping{}, fmt.Errorf("%q: %s; expected name, label, label:N for the Nth label of the name, or match:EXPRESSION with one group in parentheses", text, why)
	}
	switch {
	case text == "name" || text == "":
		return Grouping{}, nil
	case text == "label":
		return Grouping{label: 1}, nil
	case kind == "label":
		n, err := strconv.Atoi(rest)
		if err != nil || n < 1 || n > 127 {
			return wrong("no number of a label")
		}
		return Grouping{label: n}, nil
	case kind == "match":
		pattern, err := regexp.Compile(rest)
		if err != nil {
			return wrong(err.Error())
		}
		if pattern.NumSubexp() != 1 {
			return wrong(fmt.Sprintf("%d groups", pattern.NumSubexp()))
		}
		return Grouping{pattern: pattern}, nil
	}
	return wrong("unknown rule")
}

// name is the application of a name. A name for which the rule finds nothing has one of its own.
func (r Grouping) name(g Group) string {
	own := strings.TrimPrefix(strings.ReplaceAll(g.Name, "*", "wildcard"), "_")
	switch {
	case r.pattern != nil:
		if found := r.pattern.FindStringSubmatch(g.Name); found != nil && found[1] != "" {
			return applicationName(found[1])
		}
	case r.label > 0:
		inZone := strings.TrimSuffix(strings.TrimSuffix(g.Name, g.Zone.Name), ".")
		if labels := strings.Split(strings.TrimPrefix(inZone, "*."), "."); inZone != "" && inZone != "*" && len(labels) >= r.label {
			return applicationName(labels[r.label-1])
		}
	}
	return applicationName(own)
}

// maxName is the longest name of an application.
const maxName = 63

// applicationName makes a text the name of an application. One that is too long ends in a number that is made of it.
func applicationName(text string) string {
	text = strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("._-", c) {
			return c
		}
		return '-'
	}, text)
	if text = strings.TrimLeft(text, "._-"); text == "" {
		text = "name"
	}
	if len(text) > maxName {
		h := fnv.New32a()
		_, _ = h.Write([]byte(text))
		text = text[:maxName-9] + fmt.Sprintf("-%08x", h.Sum32())
	}
	return text
}

// Application is one application of the file, with the decisions about its records.
type Application struct {
	Name    string
	Active  failover.Region
	Records []Decision
	// Rules are its health rules, Notes what is said of them. Without rules it cannot be registered: Missing says why, and
	// Choices what the user can do.
	Rules   []Rule
	Notes   []string
	Missing string
	Choices []string
	// Also are rules that need a number of the user's, such as how many errors are too many.
	Also []string
}

// Gather makes applications of the records that could be decided. Records of one application that different Regions serve are
// made two applications, because an application has one active Region.
func Gather(decisions []Decision, o Options) []Application {
	index := map[string]int{}
	var apps []Application
	for _, d := range decisions {
		if d.Record == nil {
			continue
		}
		name := o.Grouping.name(d.Group)
		if d.Application != "" {
			name = applicationName(d.Application)
		}
		key := name + " " + string(d.Active)
		i, there := index[key]
		if !there {
			i = len(apps)
			index[key] = i
			apps = append(apps, Application{Name: name, Active: d.Active})
		}
		apps[i].Records = append(apps[i].Records, d)
	}
	for i := range apps {
		if apps[i].checked() {
			apps[i].Notes = append(apps[i].Notes, "its record sets carry health checks of your own: for a switch to move it, they have to contain the switch's (switches.md); otherwise add switch: none")
		}
	}
	apps = separate(apps)
	slices.SortStableFunc(apps, func(a, b Application) int { return cmp.Compare(a.Name, b.Name) })
	return apps
}

// checked says whether a record set of the application has a health check.
func (a Application) checked() bool {
	return slices.ContainsFunc(a.Records, func(d Decision) bool {
		return slices.ContainsFunc(regionsOf(d.Record.Endpoints), func(region failover.Region) bool { return d.Record.Endpoints[region].HealthCheck != "" })
	})
}

// separate gives applications of the same name, which different Regions serve, different names: the one with fewer records gets
// the name of its Region.
func separate(apps []Application) []Application {
	taken := map[string]bool{}
	for _, app := range apps {
		taken[app.Name] = true
	}
	first := map[string]int{}
	for i := range apps {
		j, twice := first[apps[i].Name]
		if !twice {
			first[apps[i].Name] = i
			continue
		}
		few, many := &apps[i], &apps[j]
		if len(few.Records) > len(many.Records) {
			few, many = many, few
		}
		name := many.Name
		for few.Name = name + "-" + string(few.Active); taken[few.Name]; few.Name += "-2" {
		}
		few.Name = applicationName(few.Name)
		taken[few.Name] = true
		few.Notes = append(few.Notes, fmt.Sprintf("%s serves these records of %s, and %s the others: an application has one active Region", few.Active, name, many.Active))
	}
	return apps
}
