package fakeaws

// Dark says whether a Region is dark.
func (w *World) Dark(name string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.dark(name)
}
