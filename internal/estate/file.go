package estate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/prose"
	"github.com/drover-dr/drover/internal/untrusted"
)

// Result is what an import finds.
type Result struct {
	Zones        []Zone
	Applications []Application
	// Undecided and LeftOut are names that the file has as comments alone.
	Undecided, LeftOut []Decision
	// Notes are about the whole import.
	Notes []string
}

// Import decides about zones, makes applications and proposes health rules.
func Import(zones []Zone, metrics Metrics, o Options) Result {
	r := Result{Zones: zones}
	decisions := Decide(zones, o)
	for _, d := range decisions {
		switch {
		case d.LeftOut != "":
			r.LeftOut = append(r.LeftOut, d)
		case d.Record == nil:
			r.Undecided = append(r.Undecided, d)
		}
	}
	r.Applications = Gather(decisions, o)
	Propose(r.Applications, metrics, o)
	return r
}

// Count is how many names and types are in applications that can be registered, how many of these need a conversion first, and
// how many are not decided: those of applications without a health rule too.
func (r Result) Count() (ready, convert, undecided int) {
	undecided = len(r.Undecided)
	for _, app := range r.Applications {
		for _, d := range app.Records {
			switch {
			case app.Missing != "":
				undecided++
			case d.Convert != "":
				convert++
				ready++
			default:
				ready++
			}
		}
	}
	return ready, convert, undecided
}

// Summary is one sentence.
func (r Result) Summary() string {
	ready, convert, undecided := r.Count()
	apps := 0
	for _, app := range r.Applications {
		if app.Missing == "" {
			apps++
		}
	}
	text := fmt.Sprintf("%s of %s, in %s", prose.Count(ready, "record"), prose.Count(len(r.Zones), "hosted zone"), prose.Count(apps, "application"))
	text += "; "
	if convert > 0 {
		text += fmt.Sprintf("%d to convert to weighted pairs first, ", convert)
	}
	return text + fmt.Sprintf("%d not decided, %d left out", undecided, len(r.LeftOut))
}

// YAML is the applications file.
func (r Result) YAML() string {
	w := &writer{}
	w.line("# Written by drover import: %s.", r.Summary())
	for _, z := range r.Zones {
		w.line("# zone %s", z)
	}
	for _, note := range r.Notes {
		w.line("# %s", note)
	}
	w.head(r)
	for _, app := range r.Applications {
		w.application(app)
	}
	w.undecided(r.Undecided)
	w.leftOut(r.LeftOut)
	return w.b.String()
}

// writer writes YAML.
type writer struct {
	b strings.Builder
	// off is what begins each line of an application that cannot be registered.
	off string
}

// line writes one line: a set identifier or a value of Route 53 with a line break does not begin another one.
func (w *writer) line(format string, args ...any) {
	w.b.WriteString(w.off + untrusted.Line(fmt.Sprintf(format, args...)) + "\n")
}

// head is the key applications. With no application that can be registered it is a comment: the file has to be edited.
func (w *writer) head(r Result) {
	if !slices.ContainsFunc(r.Applications, func(a Application) bool { return a.Missing == "" }) {
		w.line("# no application can be registered yet; see the choices below")
		w.line("# applications:")
		return
	}
	w.line("applications:")
}

func (w *writer) application(app Application) {
	if app.Missing != "" {
		w.line("")
		w.line("# undecided: application %s: %s; give it a rule and remove the # of its lines", app.Name, app.Missing)
		w.off = "#"
		defer func() { w.off = "" }()
	}
	w.line("  - name: %s", quoted(app.Name))
	for _, note := range app.Notes {
		w.line("    # %s", note)
	}
	w.line("    records:")
	for _, d := range app.Records {
		w.record(d)
	}
	w.line("    health:")
	for _, rule := range app.Rules {
		w.rule(rule)
	}
	for _, also := range app.Also {
		w.line("      # also: - %s", also)
	}
	for _, choice := range app.Choices {
		w.line("      %s", choice)
	}
}

func (w *writer) record(d Decision) {
	r := d.Record
	if d.Convert != "" {
		w.line("      # to convert first: %s", d.Convert)
	}
	for _, note := range d.Notes {
		w.line("      # %s", note)
	}
	w.line("      - name: %s", quoted(r.Name))
	w.line("        type: %s", r.Type)
	w.line("        zone: %s", r.Zone)
	w.line("        zoneName: %s", quoted(r.ZoneName))
	if r.TTL > 0 {
		w.line("        ttl: %d", r.TTL)
	}
	w.line("        endpoints:")
	for _, region := range regionsOf(r.Endpoints) {
		w.line("          %s: %s", region, endpointText(r.Endpoints[region]))
	}
}

// regionsOf are Regions in the order of their names.
func regionsOf[T any](of map[failover.Region]T) []failover.Region {
	var all []failover.Region
	for region := range of {
		all = append(all, region)
	}
	slices.Sort(all)
	return all
}

func endpointText(e failover.Endpoint) string {
	var parts []string
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	switch {
	case e.Alias != nil:
		alias := fmt.Sprintf("alias: {name: %s, zone: %s", quoted(e.Alias.Name), e.Alias.Zone)
		if e.Alias.EvaluateTargetHealth {
			alias += ", evaluateTargetHealth: true"
		}
		add("%s}", alias)
	case e.Value != "":
		add("value: %s", quoted(e.Value))
	default:
		values := make([]string, len(e.Values))
		for i, v := range e.Values {
			values[i] = quoted(v)
		}
		add("values: [%s]", strings.Join(values, ", "))
	}
	if e.SetIdentifier != "" {
		add("setIdentifier: %s", quoted(e.SetIdentifier))
	}
	if e.HealthCheck != "" {
		add("healthCheck: %s", quoted(e.HealthCheck))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// quoted is a text as a value in YAML: as it is where that is safe, or else in quotation marks.
func quoted(text string) string {
	plain := text != ""
	for _, c := range text {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("._-/", c)) {
			plain = false
		}
	}
	if _, err := strconv.ParseFloat(text, 64); !plain || err == nil || strings.HasPrefix(text, "0") || slices.Contains(words, strings.ToLower(text)) {
		return strconv.QuoteToASCII(text)
	}
	return text
}

// words are what YAML reads as something else than a text.
var words = []string{"true", "false", "yes", "no", "on", "off", "null", "y", "n", ".nan", ".inf", "-.inf", "~"}

// rule writes a rule: one of the user's in one line, as it was given.
func (w *writer) rule(r Rule) {
	if r.Text != "" {
		w.line("      - %s", r.Text)
		return
	}
	w.line("      - namespace: %s", quoted(r.Namespace))
	w.line("        metric: %s", r.Metric)
	w.line("        dimensions:")
	for _, d := range r.Dimensions {
		w.line("          %s: %s", d.Name, d.text())
	}
	w.line("        statistic: %s", r.Statistic)
	w.line("        periodSeconds: %d", r.Period)
	w.line("        atLeast: %v", r.AtLeast)
}

// String is the rule as YAML, in one line.
func (r Rule) String() string {
	if r.Text != "" {
		return r.Text
	}
	var dimensions []string
	for _, d := range r.Dimensions {
		dimensions = append(dimensions, d.Name+": "+d.text())
	}
	return fmt.Sprintf("{namespace: %s, metric: %s, dimensions: {%s}, statistic: %s, periodSeconds: %d, atLeast: %v}",
		quoted(r.Namespace), r.Metric, strings.Join(dimensions, ", "), r.Statistic, r.Period, r.AtLeast)
}

func (d Dimension) text() string {
	var each []string
	same := true
	first := ""
	for i, region := range regionsOf(d.Values) {
		if i == 0 {
			first = d.Values[region]
		}
		same = same && d.Values[region] == first
		each = append(each, string(region)+": "+quoted(d.Values[region]))
	}
	if same {
		return quoted(first)
	}
	return "{" + strings.Join(each, ", ") + "}"
}
