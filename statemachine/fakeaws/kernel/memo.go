package kernel

import "sync"

// Memo keeps what texts have been parsed to, for all simulators of the process: a simulation deploys the same texts thousands of times.
// What is kept must not be changed by its users. It holds a bounded number of texts, however many it is asked for.
type Memo[V any] struct {
	mu   sync.Mutex
	kept map[string]V
}

// maxKept bounds how many texts one memo holds.
const maxKept = 256

// Of returns what the text was parsed to before, or parses it. An error is not kept.
func (m *Memo[V]) Of(text string, parse func() (V, error)) (V, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if v, ok := m.kept[text]; ok {
		return v, nil
	}
	v, err := parse()
	if err != nil {
		return v, err
	}
	if m.kept == nil || len(m.kept) >= maxKept {
		m.kept = make(map[string]V, maxKept)
	}
	m.kept[text] = v
	return v, nil
}
