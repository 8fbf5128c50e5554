package stepfunctions

import (
	"fmt"
	"time"
)

// PauseExecution delays everything that an execution waits for until the pause ends. Step Functions does not document
// how late a Wait state may end or an answer may arrive. See SFN-5 in docs/fidelity.md.
func (ctl Control) PauseExecution(arn string, lasts time.Duration) error {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	e := ctl.s.find(arn)
	if e == nil {
		return fmt.Errorf("pause %s: there is no such execution", arn)
	}
	e.pausedUntil = ctl.s.k.Now().Add(lasts)
	return nil
}
