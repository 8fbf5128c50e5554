package estate_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/estate"
	"github.com/drover-dr/drover/internal/failover"
)

const (
	east = "us-east-1"
	west = "us-west-2"
)

// set is an A record set with values, or, if the text begins with alias, an alias.
func set(text string) estate.Set {
	ttl := int64(60)
	s := estate.Set{Name: "www.example.com.", Type: "A", TTL: &ttl}
	if target, ok := strings.CutPrefix(text, "alias "); ok {
		s.TTL, s.AliasTarget = nil, &estate.Target{HostedZoneID: "Z35SXDOTRQ7X7K", DNSName: target + ".", EvaluateTargetHealth: true}
		return s
	}
	for value := range strings.SplitSeq(text, " ") {
		s.ResourceRecords = append(s.ResourceRecords, estate.Value{Value: value})
	}
	return s
}

func (b build) weight(id string, weight int64) build {
	b.SetIdentifier, b.Weight = id, &weight
	return b
}

func (b build) failover(role string) build {
	b.SetIdentifier, b.Failover = strings.ToLower(role), role
	return b
}

func (b build) near(region string) build {
	b.SetIdentifier, b.Region = "near", region
	b.SetIdentifier += "-" + region
	return b
}

func (b build) in(country string) build {
	b.SetIdentifier, b.GeoLocation = "in-"+country, &estate.GeoLocation{CountryCode: country}
	return b
}

func (b build) named(name, recordType string) build {
	b.Name, b.Type = name, recordType
	return b
}

func (b build) check(id string) build {
	b.HealthCheckID = id
	return b
}

// build is a record set in the making.
type build struct{ estate.Set }

func of(text string) build { return build{set(text)} }

func zone(sets ...build) estate.Zone {
	z := estate.Zone{ID: "Z1", Name: "example.com"}
	for _, b := range sets {
		z.Sets = append(z.Sets, b.Set)
	}
	return z
}

// short is a decision in one line.
func short(d estate.Decision) string {
	switch {
	case d.LeftOut != "":
		return "left out: " + d.LeftOut
	case d.Record == nil:
		return "undecided: " + d.Undecided
	}
	text := "serves " + string(d.Active)
	for _, region := range []failover.Region{east, west} {
		e := d.Record.Endpoints[region]
		answer := strings.Join(e.All(), "+")
		if e.Alias != nil {
			answer = fmt.Sprintf("%s %v", e.Alias.Name, e.Alias.EvaluateTargetHealth)
		}
		text += fmt.Sprintf(", %s = %s", d.Record.Identifier(region), answer)
		if e.HealthCheck != "" {
			text += " behind " + e.HealthCheck
		}
	}
	if d.Convert != "" {
		text += "; convert"
	}
	return text
}

const (
	eastLB = "alias dualstack.shop-1.us-east-1.elb.amazonaws.com"
	westLB = "alias dualstack.shop-2.us-west-2.elb.amazonaws.com"
)

func TestWhatBecomesOfANameAndType(t *testing.T) {
	for _, c := range []struct {
		name    string
		sets    []build
		words   []string
		answers string
		want    string
	}{
		{"Regions by the targets", []build{of(eastLB).weight("blue", 255), of(westLB).weight("dr", 0)}, nil, "",
			"serves us-east-1, blue = dualstack.shop-1.us-east-1.elb.amazonaws.com true, dr = dualstack.shop-2.us-west-2.elb.amazonaws.com true"},
		{"active in the standby", []build{of("192.0.2.1").weight("us-east-1", 0), of("192.0.2.2").weight("us-west-2", 100)}, nil, "",
			"serves us-west-2, us-east-1 = 192.0.2.1, us-west-2 = 192.0.2.2"},
		{"Regions in identifiers", []build{of("192.0.2.1").weight("shop-us-east-1-a", 1), of("192.0.2.2").weight("shop.us-west-2", 0)}, nil, "",
			"serves us-east-1, shop-us-east-1-a = 192.0.2.1, shop.us-west-2 = 192.0.2.2"},
		{"Regions by the user's words", []build{of("192.0.2.1").weight("app-blue", 1), of("192.0.2.2").weight("app-dr", 0)}, []string{"us-east-1=blue", "us-west-2=dr"}, "",
			"serves us-east-1, app-blue = 192.0.2.1, app-dr = 192.0.2.2"},
		{"a word within a word is none", []build{of("192.0.2.1").weight("blueberry", 1), of("192.0.2.2").weight("dr", 0)}, []string{"us-east-1=blue", "us-west-2=dr"}, "",
			"undecided: nothing of blueberry (weight 1): 192.0.2.1 names a Region"},
		{"a word at the end of a word is none", []build{of("192.0.2.1").weight("skyblue", 1), of("192.0.2.2").weight("dr", 0)}, []string{"us-east-1=blue", "us-west-2=dr"}, "",
			"undecided: nothing of skyblue (weight 1): 192.0.2.1 names a Region"},
		{"Regions by an answer", []build{of("192.0.2.1").weight("a", 1), of("192.0.2.2").weight("b", 0)}, nil, "sets: {a: us-west-2, b: us-east-1}",
			"serves us-west-2, b = 192.0.2.2, a = 192.0.2.1"},
		{"two clues that disagree", []build{of(eastLB).weight("us-west-2", 1), of(westLB).weight("dr", 0)}, nil, "",
			"undecided: us-west-2 (weight 1): alias dualstack.shop-1.us-east-1.elb.amazonaws.com in Z35SXDOTRQ7X7K: its target dualstack.shop-1.us-east-1.elb.amazonaws.com says us-east-1, and its identifier us-west-2 says us-west-2"},
		{"a Region of no plan", []build{of("192.0.2.1").weight("eu-west-1", 1), of("192.0.2.2").weight("us-west-2", 0)}, nil, "",
			"undecided: eu-west-1 (weight 1): 192.0.2.1 is in eu-west-1, which is not a Region of the plan (us-east-1 and us-west-2)"},
		{"two of one Region", []build{of("192.0.2.1").weight("us-east-1-a", 1), of("192.0.2.3").weight("us-east-1-b", 1), of("192.0.2.2").weight("us-west-2", 0)}, nil, "",
			"undecided: both us-east-1-a (weight 1): 192.0.2.1 and us-east-1-b (weight 1): 192.0.2.3 are in us-east-1"},
		{"both serve", []build{of("192.0.2.1").weight("us-east-1", 50), of("192.0.2.2").weight("us-west-2", 50)}, nil, "",
			"undecided: its weights are 50 in us-east-1 and 50 in us-west-2: both Regions serve, and Drover moves all clients at once"},
		{"neither weighs", []build{of("192.0.2.1").weight("us-east-1", 0), of("192.0.2.2").weight("us-west-2", 0)}, nil, "",
			"undecided: its weights are 0 in us-east-1 and 0 in us-west-2: both Regions serve, and Drover moves all clients at once"},
		{"both serve, as answered", []build{of("192.0.2.1").weight("us-east-1", 50), of("192.0.2.2").weight("us-west-2", 50)}, nil, "serves: us-west-2",
			"serves us-west-2, us-east-1 = 192.0.2.1, us-west-2 = 192.0.2.2; convert"},
		{"a third that clients get", []build{of(eastLB).weight("blue", 1), of(westLB).weight("dr", 0), of("192.0.2.3").weight("kubecost", 3)}, nil, "",
			"undecided: beside the pair, clients get kubecost (weight 3): 192.0.2.3, whatever Drover does"},
		{"a third to be deleted", []build{of(eastLB).weight("blue", 1), of(westLB).weight("dr", 0), of("192.0.2.3").weight("kubecost", 3)}, nil, "remove: [kubecost]",
			"serves us-east-1, blue = dualstack.shop-1.us-east-1.elb.amazonaws.com true, dr = dualstack.shop-2.us-west-2.elb.amazonaws.com true; convert"},
		{"a third without a weight", []build{of(eastLB).weight("blue", 1), of(westLB).weight("dr", 0), of("192.0.2.3").weight("parked", 0)}, nil, "",
			"serves us-east-1, blue = dualstack.shop-1.us-east-1.elb.amazonaws.com true, dr = dualstack.shop-2.us-west-2.elb.amazonaws.com true"},
		{"one weighted set", []build{of(eastLB).weight("blue", 1)}, nil, "",
			"undecided: the endpoint in us-west-2 is not known; there is one record set, blue (weight 1): alias dualstack.shop-1.us-east-1.elb.amazonaws.com in Z35SXDOTRQ7X7K"},
		{"several values", []build{of("192.0.2.1 192.0.2.3").weight("us-east-1", 1), of("192.0.2.2").weight("us-west-2", 0)}, nil, "",
			"serves us-east-1, us-east-1 = 192.0.2.1+192.0.2.3, us-west-2 = 192.0.2.2"},

		{"simple", []build{of("192.0.2.1")}, nil, "", "undecided: nothing of 192.0.2.1 names a Region; and it has no record set in a second Region"},
		{"simple, as answered", []build{of("192.0.2.1")}, nil, "region: us-west-2, other: {value: 192.0.2.9}", "serves us-west-2, us-east-1 = 192.0.2.9, us-west-2 = 192.0.2.1; convert"},
		{"a simple alias", []build{of(eastLB)}, nil, "other: {value: 192.0.2.9}",
			"serves us-east-1, us-east-1 = dualstack.shop-1.us-east-1.elb.amazonaws.com false, us-west-2 = 192.0.2.9; convert"},
		{"a simple record with a health check", []build{of("192.0.2.1").check("hc")}, nil, "region: us-east-1, other: {value: 192.0.2.9}", "serves us-east-1, us-east-1 = 192.0.2.1, us-west-2 = 192.0.2.9; convert"},
		{"the endpoint of another record", []build{of("192.0.2.1"), of("192.0.2.8").named("www-dr.example.com.", "A")}, nil, "region: us-east-1, other: {record: '{label}-dr.{zone}'}",
			"serves us-east-1, us-east-1 = 192.0.2.1, us-west-2 = 192.0.2.8; convert"},
		{"the endpoint of no record", []build{of("192.0.2.1")}, nil, "region: us-east-1, other: {record: '{label}-dr.{rest}'}",
			"undecided: the answer takes the endpoint of www-dr.example.com A, which is no simple record of the zones"},
		{"the endpoint of a record with a policy", []build{of("192.0.2.1"), of("192.0.2.8").named("www-dr.example.com.", "A").weight("us-west-2", 1)}, nil, "region: us-east-1, other: {record: www-dr.example.com}",
			"undecided: the answer takes the endpoint of www-dr.example.com A, which is no simple record of the zones"},
		{"a value that is none", []build{of("192.0.2.1")}, nil, "region: us-east-1, other: {value: lb.example.net}", `undecided: the applications file does not take it: endpoints.us-west-2.value: "lb.example.net"; expected an IPv4 address`},
		{"CloudFront", []build{of("alias d1.cloudfront.net")}, nil, "", "left out: CloudFront is in no Region: it serves while its origin does"},
		{"to be left", []build{of("192.0.2.1")}, nil, "skip: true", "left out: the answers say to leave it"},

		{"failover", []build{of("192.0.2.1").failover("PRIMARY"), of("192.0.2.2").failover("SECONDARY")}, []string{"us-east-1=primary", "us-west-2=secondary"}, "",
			"serves us-east-1, primary = 192.0.2.1, secondary = 192.0.2.2; convert"},
		{"failover from the plan's standby", []build{of(westLB).failover("PRIMARY"), of(eastLB).failover("SECONDARY")}, nil, "",
			"serves us-west-2, secondary = dualstack.shop-1.us-east-1.elb.amazonaws.com true, primary = dualstack.shop-2.us-west-2.elb.amazonaws.com true; convert"},
		{"failover without a Region", []build{of("192.0.2.1").failover("PRIMARY"), of("192.0.2.2").failover("SECONDARY")}, nil, "",
			"undecided: nothing of primary (PRIMARY): 192.0.2.1 names a Region"},
		{"latency", []build{of("192.0.2.1").near(east), of("192.0.2.2").near(west)}, nil, "",
			"undecided: latency: clients near us-east-1 and near us-west-2 get different answers, and Drover moves all clients at once"},
		{"latency, as answered", []build{of("192.0.2.1").near(east), of("192.0.2.2").near(west)}, nil, "serves: us-west-2",
			"serves us-west-2, near-us-east-1 = 192.0.2.1, near-us-west-2 = 192.0.2.2; convert"},
		{"latency of the same answer", []build{of("192.0.2.1").near(east), of("192.0.2.1").near(west)}, nil, "serves: us-west-2", "undecided: its record sets of us-east-1 and us-west-2 have the same answer"},
		{"latency with a third Region", []build{of("192.0.2.1").near(east), of("192.0.2.2").near(west), of("192.0.2.3").near("eu-west-1")}, nil, "serves: us-west-2",
			"undecided: near-eu-west-1 (latency, eu-west-1): 192.0.2.3 is in eu-west-1, which is not a Region of the plan (us-east-1 and us-west-2)"},
		{"one latency set", []build{of("192.0.2.1").near(east)}, nil, "other: {value: 192.0.2.9}", "serves us-east-1, near-us-east-1 = 192.0.2.1, us-west-2 = 192.0.2.9; convert"},
		{"geolocation", []build{of(eastLB).in("*"), of(westLB).in("US")}, nil, "",
			"undecided: geolocation: clients near us-east-1 and near us-west-2 get different answers, and Drover moves all clients at once"},
		{"a policy of Route 53's console", []build{{estate.Set{Name: "www.example.com.", Type: "A", Other: "of a traffic policy"}}}, nil, "",
			"undecided: its routing policy is of a traffic policy, which Drover does not convert"},

		{"a wildcard", []build{of("192.0.2.1").named(`\052.example.com.`, "A").weight("us-east-1", 1), of("192.0.2.2").named(`\052.example.com.`, "A").weight("us-west-2", 0)}, nil, "",
			"serves us-east-1, us-east-1 = 192.0.2.1, us-west-2 = 192.0.2.2"},
		{"a name that no file takes", []build{of("192.0.2.1").named(`a\100b.example.com.`, "A").weight("us-east-1", 1), of("192.0.2.2").named(`a\100b.example.com.`, "A").weight("us-west-2", 0)}, nil, "",
			`undecided: the applications file does not take it: name: "a\\100b.example.com"; expected a DNS name such as www.example.com`},
		{"a record of the zone", []build{of("ns-1.example.net.").named("example.com.", "NS")}, nil, "", "left out: NS records do not move"},
		{"the fence", []build{of(`"1"`).named("_drover-drover.example.com.", "TXT")}, nil, "", "left out: it is a record of Drover's own"},
		{"a proof", []build{of("_x.acm-validations.aws.").named("_y.www.example.com.", "CNAME")}, nil, "", "left out: its name is that of a proof or a service, not of an endpoint"},
		{"a signature of mail", []build{of("k1.mail.example.net.").named("k1._domainkey.example.com.", "CNAME")}, nil, "", "left out: its name is that of a proof or a service, not of an endpoint"},
		{"mail", []build{of("10 mail.example.net.").named("example.com.", "MX")}, nil, "", "left out: MX records have no Region, unless an answer gives the other endpoint"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := options(t, c.words, "www.example.com", c.answers)
			if got := short(estate.Decide([]estate.Zone{zone(c.sets...)}, o)[0]); got != c.want && !(c.want != "" && strings.HasPrefix(got, c.want) && strings.HasPrefix(c.want, "undecided: the applications file")) {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// options are those of the default plan.
func options(t *testing.T, words []string, name, answers string) estate.Options {
	t.Helper()
	o := estate.Options{Plan: failover.DefaultPlan()}
	var err error
	if o.Words, err = estate.ParseWords(words); err != nil {
		t.Fatal(err)
	}
	if answers != "" {
		if o.Answers, err = estate.ParseAnswers("answers.yaml", []byte("answers:\n  - {name: "+name+", "+answers+"}\n"), o.Plan); err != nil {
			t.Fatal(err)
		}
	}
	return o
}

func TestNamesThatFollowOthersAreLeftOut(t *testing.T) {
	pair := []build{of("alias us-east-1.www.example.com").weight("us-east-1", 1), of("alias us-west-2.www.example.com").weight("us-west-2", 0)}
	for i := range pair {
		pair[i].AliasTarget.HostedZoneID = "Z1"
	}
	apex := of("alias www.example.com").named("example.com.", "A")
	apex.AliasTarget.HostedZoneID = "Z1"
	z := zone(append(pair, of("192.0.2.1").named("us-east-1.www.example.com.", "A"), of("192.0.2.2").named("us-west-2.www.example.com.", "A"), apex,
		of("www.example.com.").named("shop.example.com.", "CNAME"), of("alias www.example.com").named("other.example.com.", "A"))...)
	want := map[string]string{
		"www.example.com":           "serves us-east-1, us-east-1 = us-east-1.www.example.com true, us-west-2 = us-west-2.www.example.com true",
		"us-east-1.www.example.com": "left out: it is an endpoint of www.example.com A",
		"us-west-2.www.example.com": "left out: it is an endpoint of www.example.com A",
		"example.com":               "left out: it follows www.example.com",
		"shop.example.com":          "left out: it follows www.example.com",
		// The alias is to a record of that name in another hosted zone, which is not among these.
		"other.example.com": "undecided: nothing of alias www.example.com in Z35SXDOTRQ7X7K names a Region; and it has no record set in a second Region",
	}
	for _, d := range estate.Decide([]estate.Zone{z}, options(t, nil, "", "")) {
		if got := short(d); got != want[d.Name] {
			t.Errorf("%s: %s; want %s", d.Name, got, want[d.Name])
		}
	}
}

func TestRegisteredRecordsAreLeftOut(t *testing.T) {
	o := options(t, nil, "", "")
	o.Registered = []failover.Application{{Name: "shop", Records: []failover.Record{{Zone: "Z1", Name: "www.example.com", Type: "A"}}}}
	pair := func(name, recordType string) []build {
		return []build{of("192.0.2.1").named(name, recordType).weight("us-east-1", 1), of("192.0.2.2").named(name, recordType).weight("us-west-2", 0)}
	}
	z := zone(append(pair("www.example.com.", "A"), pair("api.example.com.", "A")...)...)
	other := z
	other.ID = "Z2"
	var got []string
	for _, d := range estate.Decide([]estate.Zone{z, other}, o) {
		got = append(got, fmt.Sprint(d.Zone.ID, " ", d.Name, " ", d.LeftOut))
	}
	if diff := cmp.Diff([]string{"Z1 www.example.com it is registered, in application shop", "Z1 api.example.com ", "Z2 www.example.com ", "Z2 api.example.com "}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestEveryUndecidedNameHasAChoice: each choice is an answer that is read.
func TestEveryUndecidedNameHasAChoice(t *testing.T) {
	groups := [][]build{
		{of("192.0.2.1")}, {of(eastLB)}, {of("192.0.2.1").weight("a", 1), of("192.0.2.2").weight("b", 0)}, {of("192.0.2.1").weight("a", 1)},
		{of("192.0.2.1").near(east), of("192.0.2.2").near(west)}, {of("192.0.2.1"), of("192.0.2.8").named("www-dr.example.com.", "A")},
		{of(eastLB).weight("blue", 1), of(westLB).weight("dr", 0), of("192.0.2.3").weight("kubecost", 3)},
	}
	for i, sets := range groups {
		d := estate.Decide([]estate.Zone{zone(sets...)}, options(t, nil, "", ""))[0]
		if len(d.Choices) < 2 {
			t.Errorf("group %d: choices %q; want two at least", i, d.Choices)
		}
		for _, choice := range d.Choices {
			if strings.Contains(choice, "ENDPOINT IN") || strings.Contains(choice, "LOAD BALANCER IN") {
				continue // a form to fill in
			}
			answers, err := estate.ParseAnswers("a.yaml", []byte("answers:\n  - "+choice+"\n"), failover.DefaultPlan())
			if err != nil {
				t.Errorf("group %d: %s: %v", i, choice, err)
				continue
			}
			o := options(t, nil, "", "")
			o.Answers = answers
			if again := estate.Decide([]estate.Zone{zone(sets...)}, o)[0]; again.Undecided != "" {
				t.Errorf("group %d: with %s it is still undecided: %s", i, choice, again.Undecided)
			}
		}
	}
}
