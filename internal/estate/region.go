package estate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
)

// Words are what the user says of Regions: in set identifiers and targets, each of these words stands for its Region.
type Words map[failover.Region][]string

// ParseWords reads such as us-east-1=blue and us-west-2=dr. The words of a Region are separated by + or given in several texts.
func ParseWords(texts []string) (Words, error) {
	words := Words{}
	for _, text := range texts {
		region, list, found := strings.Cut(text, "=")
		if region == "" || !found || list == "" {
			return nil, fmt.Errorf("%q; expected a Region and a word, such as us-east-1=blue", text)
		}
		for word := range strings.SplitSeq(strings.ToLower(list), "+") {
			for other, taken := range words {
				if other != failover.Region(region) && slices.Contains(taken, word) {
					return nil, fmt.Errorf("%q: the word %s stands for %s already; expected another word", text, word, other)
				}
			}
			words[failover.Region(region)] = append(words[failover.Region(region)], word)
		}
	}
	return words, nil
}

// clue is a Region that something says, and what says it.
type clue struct {
	region failover.Region
	from   string
}

// regionOf is the Region that a record set belongs to. It is empty with a reason when nothing says it, when two things say
// different Regions, or when it is none of the plan's.
func (d *decider) regionOf(s Set, said map[string]failover.Region) (region failover.Region, reason string) {
	if region, ok := said[s.SetIdentifier]; ok && s.SetIdentifier != "" {
		return region, ""
	}
	clues := d.clues(s)
	if len(clues) == 0 {
		return "", fmt.Sprintf("nothing of %s names a Region", s)
	}
	for _, c := range clues[1:] {
		if c.region != clues[0].region {
			return "", fmt.Sprintf("%s: %s says %s, and %s says %s", s, clues[0].from, clues[0].region, c.from, c.region)
		}
	}
	if !d.Plan.Has(clues[0].region) {
		return "", fmt.Sprintf("%s is in %s, which is not a Region of the plan (%s and %s)", s, clues[0].region, d.Plan.Primary, d.Plan.Standby)
	}
	return clues[0].region, ""
}

// clues are all Regions that a record set names.
func (d *decider) clues(s Set) []clue {
	var clues []clue
	add := func(region failover.Region, from string) {
		if region != "" && !slices.Contains(clues, clue{region, from}) {
			clues = append(clues, clue{region, from})
		}
	}
	for _, target := range s.targets() {
		if awsName(target) {
			add(regionIn(target), "its target "+target)
		}
	}
	if len(clues) == 0 {
		for _, target := range s.targets() {
			add(regionIn(target), "its target "+target)
			add(d.word(target), "its target "+target)
		}
	}
	add(failover.Region(s.Region), "its latency Region")
	add(regionIn(strings.ToLower(s.SetIdentifier)), "its identifier "+s.SetIdentifier)
	add(d.word(s.SetIdentifier), "its identifier "+s.SetIdentifier)
	for _, v := range s.ResourceRecords {
		if s.Type != "CNAME" {
			add(d.word(v.Value), "its value "+v.Value)
		}
	}
	return clues
}

// word is the Region whose word is in a text: as the whole text, or between characters that are no letters and digits.
func (d *decider) word(text string) failover.Region {
	text = strings.ToLower(text)
	for _, region := range []failover.Region{d.Plan.Primary, d.Plan.Standby} {
		for _, word := range d.Words[region] {
			if hasWord(text, word) {
				return region
			}
		}
	}
	return ""
}

func hasWord(text, word string) bool {
	for from := 0; ; {
		i := strings.Index(text[from:], word)
		if i < 0 {
			return false
		}
		i += from
		end := i + len(word)
		if (i == 0 || !wordy(text[i-1])) && (end == len(text) || !wordy(text[end])) {
			return true
		}
		from = i + 1
	}
}

func wordy(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' }

// awsName says whether a name is in a domain of AWS's services.
func awsName(name string) bool {
	return slices.ContainsFunc([]string{
		".amazonaws.com", ".amazonaws.com.cn", ".on.aws", ".api.aws", ".elasticbeanstalk.com", ".awsapprunner.com",
	}, func(domain string) bool { return strings.HasSuffix(name, domain) })
}

// global are the services that are in no Region.
var global = map[string]string{
	".cloudfront.net": "CloudFront", ".awsglobalaccelerator.com": "Global Accelerator",
}

// globalService is the service of a target that is in no Region, empty for any other.
func globalService(s Set) string {
	for _, target := range s.targets() {
		for domain, service := range global {
			if strings.HasSuffix(target, domain) {
				return service
			}
		}
	}
	return ""
}

// regionIn is the Region of AWS in a text, between characters that are no letters and digits: in a name of a service such as
// lb-1.us-east-1.elb.amazonaws.com or s3-website-us-east-1.amazonaws.com, or in an identifier such as shop-us-east-1.
func regionIn(text string) failover.Region {
	var found failover.Region
	for _, area := range areas {
		for from := 0; ; {
			i := strings.Index(text[from:], area+"-")
			if i < 0 {
				break
			}
			i += from
			from = i + 1
			if i > 0 && wordy(text[i-1]) {
				continue
			}
			if region := regionAt(text[i:]); len(region) > len(found) {
				found = region
			}
		}
	}
	return found
}

// areas are how the names of Regions begin, directions how they go on before the number.
var (
	areas      = []string{"us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx", "cn", "us-gov"}
	directions = []string{"central", "north", "south", "east", "west", "northeast", "northwest", "southeast", "southwest"}
)

// regionAt is the name of a Region that a text begins with.
func regionAt(text string) failover.Region {
	parts := strings.SplitN(text, "-", 4)
	at := 1
	if len(parts) > 2 && parts[0] == "us" && parts[1] == "gov" {
		at = 2
	}
	if len(parts) <= at+1 || !slices.Contains(directions, parts[at]) || parts[at+1] == "" {
		return ""
	}
	number := parts[at+1]
	if number[0] < '1' || number[0] > '9' || len(number) > 1 && wordy(number[1]) {
		return ""
	}
	return failover.Region(strings.Join(parts[:at+1], "-") + "-" + number[:1])
}
