package registry

import (
	"fmt"

	"github.com/drover-dr/drover/internal/failover"
)

// maxAhead is how many takings a replica of the lock can be behind an application that a run has written, and many more. An
// application with a still newer epoch was written by something else: the run after it would have no epoch to take.
const maxAhead = 1 << 32

// Believed are the applications, and those broken among them whose epoch no taking of the lock has had.
func (l Lock) Believed(apps []failover.Application) []failover.Application {
	all := make([]failover.Application, len(apps))
	for i, app := range apps {
		all[i] = app
		if app.Live.Epoch-l.Epoch > maxAhead {
			all[i] = failover.Application{
				Name: app.Name, Wave: app.Wave, Shard: app.Shard,
				Broken: fmt.Sprintf("epoch: %d; expected one that a run has had: the lock has %d", app.Live.Epoch, l.Epoch),
			}
		}
	}
	return all
}
