package failover

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
)

// Seen is what Validate has seen of the configuration of a wave, as digests, small enough to travel with a stage. Runs
// change where an application is, and that is none of it.
type Seen struct {
	// Each are the digests of the applications, in a small wave: one that changes is set aside alone.
	Each []string `json:"each,omitempty"`
	// Groups are those of a large wave: the applications are in as many groups as there are digests, by their names. When
	// one changes, its whole group counts as changed.
	Groups []string `json:"groups,omitempty"`
}

const (
	// maxSeen bounds the digests of a stage, allSeen those of all stages together, which travel from state to state.
	maxSeen = 64
	allSeen = 400
	// seenBytes is how much of a SHA-256 a digest keeps: 72 bits, which no search finds a second configuration for.
	seenBytes = 9
)

// SeenOf returns the digests of the applications of one stage, for a run of that many stages.
func SeenOf(apps []Application, stages int) *Seen {
	room := max(1, min(maxSeen, allSeen/max(1, stages)))
	if len(apps) > room {
		return &Seen{Groups: groups(apps, room)}
	}
	s := &Seen{Each: make([]string, 0, len(apps))}
	for _, app := range apps {
		s.Each = append(s.Each, digest(app))
	}
	slices.Sort(s.Each)
	return s
}

// Strangers are applications of a stage that are not what Validate has seen.
type Strangers struct {
	// Broken break the rules of the applications file, Changed have another configuration, or none when Validate looked.
	Broken, Changed []Application
	// Gone counts those that Validate has seen and that are there no more.
	Gone int
}

// Strangers are those of the stage's applications. Where nothing was seen, as in a run of an earlier release, none is changed.
func (s Stage) Strangers(apps []Application) Strangers {
	var found Strangers
	var now []string
	if s.Seen != nil && len(s.Seen.Groups) > 0 {
		now = groups(apps, len(s.Seen.Groups))
	}
	for _, app := range apps {
		switch {
		case app.Broken != "":
			found.Broken = append(found.Broken, app)
		case s.Seen == nil:
		case now != nil:
			if g := groupOf(app.Name, len(now)); now[g] != s.Seen.Groups[g] {
				found.Changed = append(found.Changed, app)
			}
		default:
			if _, same := slices.BinarySearch(s.Seen.Each, digest(app)); !same {
				found.Changed = append(found.Changed, app)
			}
		}
	}
	if s.Seen != nil && now == nil {
		found.Gone = max(0, len(s.Seen.Each)-len(apps))
	}
	return found
}

const (
	// BrokenText begins what is said of an item that breaks the rules, before the rule.
	BrokenText  = "its item in the registry breaks the rules of the applications file: "
	changedText = "its configuration in the registry has changed since it was validated; find out who has changed it, and start another run"
)

// Err is why a planned run does not begin with any of the stage's applications; nil when none is a stranger.
func (s Strangers) Err() error {
	switch {
	case len(s.Broken) > 0:
		return Fail(Rejected, fmt.Errorf("application %s: %s%s", s.Broken[0].Name, BrokenText, s.Broken[0].Broken))
	case len(s.Changed) > 0:
		return Fail(Changed, fmt.Errorf("application %s: %s", s.Changed[0].Name, changedText))
	case s.Gone > 0:
		return Fail(Changed, errors.New(s.gone()))
	}
	return nil
}

// Aside are the strangers as a failover sets them aside, but for those that were set aside before.
func (s Strangers) Aside(before Aside) Aside {
	var aside Aside
	add := func(name string, condition Condition, cause string) {
		if !before.Application(name) {
			aside = append(aside, ApplicationAside(name, condition, cause))
		}
	}
	for _, app := range s.Broken {
		add(app.Name, Rejected, BrokenText+app.Broken)
	}
	for _, app := range s.Changed {
		add(app.Name, Changed, changedText)
	}
	if s.Gone > 0 {
		add(s.gone(), Changed, "find out who has removed it, and register it again")
	}
	return aside
}

func (s Strangers) gone() string {
	if s.Gone == 1 {
		return "1 application that was validated and is not registered any more"
	}
	return fmt.Sprintf("%d applications that were validated and are not registered any more", s.Gone)
}

// ConfigurationOf is the digest of the configuration of all applications that a run is about, in any order.
func ConfigurationOf(apps []Application) string { return groups(apps, 1)[0] }

// digest is that of an application's configuration. An application whose item breaks the rules has none.
func digest(app Application) string {
	app.Live, app.Shard = Live{}, 0
	text, err := json.Marshal(app)
	if err != nil || app.Broken != "" { // the numbers of a health rule, which came out of JSON, are JSON
		return ""
	}
	sum := sha256.Sum256(text)
	return base64.RawURLEncoding.EncodeToString(sum[:seenBytes])
}

// groups are the digests of all groups of applications, whatever their order.
func groups(apps []Application, n int) []string {
	members := make([][]string, n)
	for _, app := range apps {
		g := groupOf(app.Name, n)
		members[g] = append(members[g], digest(app))
	}
	all := make([]string, n)
	for g := range members {
		slices.Sort(members[g])
		hash := sha256.New()
		for _, d := range members[g] {
			_, _ = hash.Write([]byte(d + "\n")) // never fails
		}
		all[g] = base64.RawURLEncoding.EncodeToString(hash.Sum(nil)[:seenBytes])
	}
	return all
}

func groupOf(name string, n int) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name)) // never fails
	return int(h.Sum32() % uint32(n))
}
