package sim

import (
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// rareStream separates what is rare from the rest: what is added here leaves the situation of every seed as it is otherwise.
const rareStream = stream + 1

// rare adds, to one situation of eight, something that happens once in years.
func (s *Situation) rare(names []string) {
	d := &dice{Rand: rand.New(rand.NewPCG(s.Seed, rareStream)), names: names}
	switch d.IntN(40) {
	case 0, 1: // a change that Route 53 has accepted is lost
		for range 1 + d.IntN(3) {
			s.add(d.between(time.Minute, 9*time.Minute), "loseChange: %s", zones[one(d, d.names...)])
		}
	case 2: // a failback is started in the standby
		s.add(d.at(), "start: {region: %s, input: {action: failback}}", west)
	case 3: // an application lists an alarm
		i := d.IntN(len(s.Applications))
		s.Applications = slices.Clone(s.Applications)
		s.Applications[i] = strings.TrimRight(s.Applications[i], "\n") + "\n    alarms: [not-there]"
	case 4: // an approval is planted under the name of another run
		s.add(d.between(2*time.Minute, 6*time.Minute), "plantedApproval: {run: 1, under: other, rewritten: %t}", d.chance(0.5))
	}
}
