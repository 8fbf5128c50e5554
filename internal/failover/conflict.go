package failover

import (
	"fmt"
	"strings"
)

// Conflict is something that two applications cannot both have as they are: a record that both would move, or a global
// cluster that one of them would promote in another wave than the other.
type Conflict struct {
	// Object is the record or the global cluster.
	Object string
	// First and Second are the applications, in the order in which they were given.
	First, Second Application
	// Waves says that the same wave would do; otherwise only one of them can have the object.
	Waves bool
}

// String says what it is and what to edit.
func (c Conflict) String() string {
	first := fmt.Sprintf("application %s (wave %d)", c.First.Name, c.First.Wave)
	second := fmt.Sprintf("application %s (wave %d)", c.Second.Name, c.Second.Wave)
	if c.Waves {
		return fmt.Sprintf("%s belongs to %s and %s; give both the same wave, in one file", c.Object, first, second)
	}
	return fmt.Sprintf("%s belongs to %s and %s; take it out of one of them, in one file with both", c.Object, first, second)
}

// Conflicts are those between applications, in their order.
func Conflicts(apps []Application) []Conflict {
	var all []Conflict
	records, clusters := map[string]Application{}, map[string]Application{}
	for _, app := range apps {
		for _, r := range app.Records {
			name := strings.ToLower(strings.TrimSuffix(r.Name, "."))
			key := r.Zone + " " + name + " " + r.Type
			if other, taken := records[key]; taken && other.Name != app.Name {
				all = append(all, Conflict{Object: fmt.Sprintf("record %s %s of zone %s", name, r.Type, r.Zone), First: other, Second: app})
				continue
			}
			records[key] = app
		}
		for _, db := range app.Databases {
			key := strings.ToLower(db.GlobalCluster)
			if other, shared := clusters[key]; shared && other.Wave != app.Wave {
				all = append(all, Conflict{Object: "global cluster " + db.GlobalCluster, First: other, Second: app, Waves: true})
				continue
			}
			clusters[key] = app
		}
	}
	return all
}
