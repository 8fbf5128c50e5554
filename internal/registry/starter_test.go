package registry

import "testing"

func TestAStarterIsOfOneRunInOneRegionWithOneInput(t *testing.T) {
	s := newStore(t)
	input := []byte(`{"action":"check"}`)
	if err := s.PutStarter(ctx, "r1", west, input, "arn:kim"); err != nil {
		t.Fatal(err)
	}
	if by, err := s.Starter(ctx, "r1", west, input); by != "arn:kim" || err != nil {
		t.Errorf("got %q, %v; want arn:kim", by, err)
	}
	for name, ask := range map[string]func() (string, error){
		"another run":    func() (string, error) { return s.Starter(ctx, "r2", west, input) },
		"another Region": func() (string, error) { return s.Starter(ctx, "r1", east, input) },
		"another input":  func() (string, error) { return s.Starter(ctx, "r1", west, []byte(`{"action":"failover"}`)) },
	} {
		if by, err := ask(); by != "" || err != nil {
			t.Errorf("%s: got %q, %v; want no starter", name, by, err)
		}
	}
}
