package words

import (
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// rule is a word that is not used, and what is used in its place.
type rule struct {
	pattern, use string
	is           *regexp.Regexp
	// readers limits the rule to what users read: comments may use the word.
	readers bool
}

// rules are those of the glossary that leave no doubt, whatever the text around them.
var rules = []rule{
	{pattern: `somebody|nobody`, use: "the actor: the operator, an approver, another run, no run"},
	{pattern: `fares?|fared|faring`, use: "is healthy, is unhealthy"},
	{pattern: `told`, use: "notified, shown, given"},
	{pattern: `promises?|promised`, use: "guarantee"},
	{pattern: `embedded AWS`, use: "AWS simulator"},
	{pattern: `(?-i:[Tt]he World|[Aa] World|Worlds)`, use: "the AWS simulator", readers: true},
	{pattern: `legs?`, use: "phase"},
	{pattern: `retreats?|retreated|retreating`, use: "return-rollback, return to the standby"},
	{pattern: `patience`, use: "rate limit, request quota, retry budget"},
	{pattern: `leftovers?`, use: "unrecorded change"},
	{pattern: `felt`, use: "client impact"},
	{pattern: `stock`, use: "inventory, snapshot"},
	{pattern: `by hand`, use: "manually"},
	{pattern: `said no`, use: "denied, rejected"},
	{pattern: `things? in the way|(stands?|stood|standing) in the way`, use: "blocker"},
	{pattern: `may still be up`, use: "cannot be fenced; still accepts writes"},
	{pattern: `has begun|have begun|had begun|is begun|Begun:`, use: "started"},
	{pattern: `(a|an|another|each|every|first|last|next|one|the|two|three|of|no|second) looks?`, use: "check, verification attempt"},
	{pattern: `(come|comes|came|go|goes|went|gone|coming|going|way|back) home`, use: "return to the primary"},
	{pattern: `the other side`, use: "the other Region"},
}

// identifiers are the words that no identifier is made of, for the same reasons.
var identifiers = []string{"Somebody", "Nobody", "Told", "Promise", "Promises", "Leg", "Legs", "Retreat", "Patience", "Leftover", "Leftovers", "Felt"}

func init() {
	for i, r := range rules {
		rules[i].is = regexp.MustCompile(`(?i)\b(` + r.pattern + `)\b`)
	}
}

// hit is a place where a word is used that is not.
type hit struct{ place, word, use string }

// check finds the words of a text that people read, or of a comment.
func check(place, text string, comment bool) []hit {
	var found []hit
	for _, r := range rules {
		if comment && r.readers {
			continue
		}
		for _, at := range r.is.FindAllStringIndex(text, -1) {
			found = append(found, hit{place, text[at[0]:at[1]], r.use})
		}
	}
	return found
}

// checkIdentifier finds the words that an identifier is made of.
func checkIdentifier(place, name string) []hit {
	var found []hit
	for _, part := range parts(name) {
		for _, word := range identifiers {
			if strings.EqualFold(part, word) {
				found = append(found, hit{place, name, "a name without " + part})
			}
		}
	}
	return found
}

// parts are the words of an identifier: those of newHTTPClient are new, HTTP and Client.
func parts(name string) []string {
	var all []string
	letters := []rune(name)
	start := 0
	for i := 1; i < len(letters); i++ {
		lower := unicode.IsLower(letters[i-1])
		if unicode.IsUpper(letters[i]) && (lower || i+1 < len(letters) && unicode.IsLower(letters[i+1])) || letters[i] == '_' {
			all = append(all, string(letters[start:i]))
			start = i
		}
	}
	return append(all, string(letters[start:]))
}

// TestTheRulesFindWhatTheyAreFor: each finds what it is there for, and nothing in what is used instead.
func TestTheRulesFindWhatTheyAreFor(t *testing.T) {
	for _, text := range []string{
		"nobody holds the lock", "Somebody must look at the rest", "people are told that it begins", "users fare well", "no promise was broken",
		"The embedded AWS is up", "checked against the World", "back leg", "from a retreat", "asks for patience", "weights that are leftovers",
		"what users felt", "takes stock", "changed by hand", "AWS said no", "2 things in the way", "it may still be up", "it has begun",
		"every look counts", "users went home", "on the other side",
	} {
		if len(check("", text, false)) == 0 {
			t.Errorf("%q is not found", text)
		}
	}
	for _, text := range []string{
		"the lock is free", "look up the record", "it looks for the run", "an elegant legend", "a welfare warfare", "client impact", "the phase", "livestock",
		"AWS simulator", "begun.json", "the home Region",
	} {
		for _, h := range check("", text, false) {
			t.Errorf("%q: %s is no mistake", text, h.word)
		}
	}
	for name, want := range map[string]bool{"LegResult": true, "backLeg": true, "legal": false, "elegant": false, "peopleTold": true, "untold": false, "pastLegs": true, "Feltrinelli": false} {
		if got := len(checkIdentifier("", name)) > 0; got != want {
			t.Errorf("%s: found %t; want %t", name, got, want)
		}
	}
}
