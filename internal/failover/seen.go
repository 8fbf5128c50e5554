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
		s.Each = append(s.Each, entryOf(app))
	}
	slices.Sort(s.Each)
	return s
}

// Strangers are applications of a stage that are not what Validate has seen.
type Strangers struct {
	// Broken break the rules of the applications file, Changed have another configuration, or none when Validate looked.
	Broken, Changed []Application
	// Gone counts those that Validate has seen and that are there no more; of a large wave the groups that have no
	// application any more.
	Gone int
}

// Strangers are those of the stage's applications. Where nothing was seen, as in a run of an earlier release, none is changed.
func (s Stage) Strangers(apps []Application) Strangers {
	var found Strangers
	var there []Application
	for _, app := range apps {
		if app.Broken != "" {
			found.Broken = append(found.Broken, app)
		} else {
			there = append(there, app)
		}
	}
	switch {
	case s.Seen == nil:
	case len(s.Seen.Groups) > 0:
		found.Changed, found.Gone = s.Seen.groupsThatDiffer(there)
	default:
		found.Changed, found.Gone = s.Seen.eachThatDiffers(apps)
	}
	return found
}

// Knew says whether Validate has seen an application of this name. Where it has seen a large wave in groups, or nothing, as in a run of
// an earlier release, that is not known: then it has.
func (s Stage) Knew(name string) bool {
	if s.Seen == nil || len(s.Seen.Groups) > 0 {
		return true
	}
	seen := nameDigest(name)
	return slices.ContainsFunc(s.Seen.Each, func(e string) bool { return e[:min(nameLetters, len(e))] == seen })
}

// eachThatDiffers are the applications with another configuration than the one seen, or with none. It counts those that
// were seen and are registered no more; one whose item is broken now is registered.
func (s Seen) eachThatDiffers(apps []Application) (changed []Application, gone int) {
	names := map[string]bool{}
	for _, app := range apps {
		names[nameDigest(app.Name)] = true
		if _, same := slices.BinarySearch(s.Each, entryOf(app)); !same && app.Broken == "" {
			changed = append(changed, app)
		}
	}
	for _, e := range s.Each {
		if !names[e[:min(nameLetters, len(e))]] {
			gone++
		}
	}
	return changed, max(gone, len(s.Each)-len(apps))
}

// groupsThatDiffer are the applications of the groups with another digest, and the count of those of them that are empty.
func (s Seen) groupsThatDiffer(apps []Application) (changed []Application, gone int) {
	now, full := groups(apps, len(s.Groups)), make([]bool, len(s.Groups))
	for _, app := range apps {
		g := groupOf(app.Name, len(now))
		full[g] = true
		if now[g] != s.Groups[g] {
			changed = append(changed, app)
		}
	}
	for g := range now {
		if !full[g] && now[g] != s.Groups[g] {
			gone++
		}
	}
	return changed, gone
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

// entryOf is what is kept of an application of a small wave: a digest of its name, then that of its configuration.
func entryOf(app Application) string { return nameDigest(app.Name) + digest(app) }

// nameLetters is the length of the digest of a name. It tells which applications are gone when others were added.
const nameLetters = 4

func nameDigest(name string) string {
	sum := sha256.Sum256([]byte(name))
	return base64.RawURLEncoding.EncodeToString(sum[:3])
}

// digest is that of an application's configuration.
func digest(app Application) string {
	app.Live, app.Shard = Live{}, 0
	text, err := json.Marshal(app)
	if err != nil { // the numbers of a health rule, which came out of JSON, are JSON
		return ""
	}
	sum := sha256.Sum256(text)
	return base64.RawURLEncoding.EncodeToString(sum[:seenBytes])
}

// groups are the digests of all groups of applications, whatever their order. Those whose items break the rules are in none:
// they are set aside alone, and Validate has seen nothing of them.
func groups(apps []Application, n int) []string {
	members := make([][]string, n)
	for _, app := range apps {
		if app.Broken != "" {
			continue
		}
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
