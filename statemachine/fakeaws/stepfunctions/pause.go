package stepfunctions

import (
	"fmt"
	"time"
)

// PauseExecution lets nothing happen in an execution for a while: what it waits for reaches it only afterwards. Step
// Functions promises nothing about how late a Wait state may wake or an answer arrive. See SFN-5 in FIDELITY.md.
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
