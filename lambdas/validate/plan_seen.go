package validate

import (
	"fmt"

	"github.com/drover-dr/drover/internal/failover"
)

// maxBroken is how many broken items are named one by one.
const maxBroken = 20

// noteSeen writes the digests of the applications into the stages that move them. If an item changes after this, its
// application does not move unvalidated.
func (p *planning) noteSeen() {
	known := map[int]*failover.Seen{}
	for i := range p.stages {
		s := &p.stages[i]
		if known[s.Wave] == nil {
			known[s.Wave] = failover.SeenOf(p.wave(s.Wave), len(p.stages))
		}
		s.Seen = known[s.Wave]
	}
}

// checkBroken notes the items that break the rules of the applications file. A failover sets them aside and moves the others,
// if there are any.
func (p *planning) checkBroken() {
	named := p.broken[:min(len(p.broken), maxBroken)]
	for _, app := range named {
		note := p.block
		if p.outage() && len(p.stages) > 0 {
			note = func(code, object, found, next string) *failover.Finding {
				p.setAside = append(p.setAside, failover.ApplicationAside(app.Name, failover.Rejected, failover.BrokenText+app.Broken))
				return p.object(code, object, found, next)
			}
		}
		note(failover.CodeBroken, "application "+app.Name, failover.BrokenText+app.Broken,
			"find out who has written it, and register it again").Command = p.register()
	}
	if more := len(p.broken) - len(named); more > 0 && len(p.setAside) > 0 {
		p.setAside = append(p.setAside, failover.ApplicationAside(fmt.Sprintf("%d more applications", more), failover.Rejected, "their items in the registry break the rules"))
	}
}
