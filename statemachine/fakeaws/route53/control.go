package route53

// Route 53 has a control plane in one Region, and a data plane in all. When the control plane does not answer, name
// servers and health checkers still work, and changes that it has accepted still propagate (R53-1).

// controlPlane is the object of journal entries about it.
const controlPlane = "control plane"

// SetControlPlane makes the control plane stop answering, or answer again, without regard to its Region.
func (ctl Control) SetControlPlane(gone bool) {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	if ctl.s.gone == gone {
		return
	}
	ctl.s.gone = gone
	ctl.s.recordControlPlane(gone)
}

// ControlPlaneAnswers says whether the control plane answers.
func (ctl Control) ControlPlaneAnswers() bool {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	return ctl.s.Reachable()
}

// Reachable says whether the control plane answers.
func (r *Service) Reachable() bool {
	return !r.gone && (r.ControlPlaneStays() || !r.k.Dark(r.controlRegion()))
}

// controlRegion is the Region of the control plane.
func (r *Service) controlRegion() string { return string(r.k.Partition.GlobalRegion) }

// regionChanged records that the control plane goes dark with its Region, or answers again.
func (r *Service) regionChanged(region string, dark bool) {
	if region == r.controlRegion() && !r.gone && !r.ControlPlaneStays() {
		r.recordControlPlane(dark)
	}
}

func (r *Service) recordControlPlane(gone bool) {
	text := "answers again"
	if gone {
		text = "does not answer"
	}
	r.k.Record("route53", controlPlane, "%s", text)
}
