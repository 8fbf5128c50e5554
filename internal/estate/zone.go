package estate

import (
	"path"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
)

// Zone is a hosted zone with all that is in it.
type Zone struct {
	// ID is without /hostedzone/, Name without the trailing dot.
	ID, Name string
	Private  bool
	Sets     []Set
}

// String is such as "example.com Z1", or "example.com Z1, private".
func (z Zone) String() string {
	if z.Private {
		return z.Name + " " + z.ID + ", private"
	}
	return z.Name + " " + z.ID
}

// Group is the record sets of one name and type of a zone.
type Group struct {
	Zone Zone // without its record sets
	// Name is in the form for comparison, such as *.example.com.
	Name, Type string
	Sets       []Set
}

// Groups returns the groups of a zone in the order of their names and types.
func (z Zone) Groups() []Group {
	index := map[string]int{}
	var groups []Group
	whose := z
	whose.Sets = nil
	for _, s := range z.Sets {
		key := failover.CanonicalName(s.Name) + " " + s.Type
		i, there := index[key]
		if !there {
			i = len(groups)
			index[key] = i
			groups = append(groups, Group{Zone: whose, Name: failover.CanonicalName(s.Name), Type: s.Type})
		}
		groups[i].Sets = append(groups[i].Sets, s)
	}
	return groups
}

// String is such as "www.example.com A".
func (g Group) String() string { return g.Name + " " + g.Type }

// Policy is the routing policy that all record sets of the group have.
func (g Group) Policy() Policy {
	for _, s := range g.Sets {
		if s.Policy() == Foreign {
			return Foreign
		}
	}
	return g.Sets[0].Policy()
}

// Matches compares a name with a pattern in which * stands for any text, dots too. A pattern without one names one name.
func Matches(pattern, name string) bool {
	pattern, name = failover.CanonicalName(pattern), failover.CanonicalName(name)
	if pattern == name {
		return true
	}
	// path.Match treats a slash as special, and names have none.
	escaped := strings.NewReplacer(`\`, `\\`, "[", `\[`, "?", `\?`).Replace(pattern)
	ok, err := path.Match(escaped, name)
	return err == nil && ok
}

// Wanted says whether a hosted zone is one of those that the user names: by id, by name, or by a pattern of names.
func (z Zone) Wanted(names []string) bool {
	return slices.ContainsFunc(names, func(text string) bool {
		return strings.TrimPrefix(text, "/hostedzone/") == z.ID || Matches(text, z.Name)
	})
}
