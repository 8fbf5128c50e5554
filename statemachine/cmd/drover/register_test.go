package main

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// TestRegisteringWarnsOfHealthRulesThatSurprise: the id of one Region's load balancer for both, with the form to type.
func TestRegisteringWarnsOfHealthRulesThatSurprise(t *testing.T) {
	operator(t)
	world := fakeaws.New("111122223333", time.Date(2026, 1, 31, 3, 0, 0, 0, time.UTC), "us-east-1", "us-west-2")
	if err := world.AddTable("drover-registry", "us-east-1", "us-west-2"); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(world)
	defer server.Close()
	file := filepath.Join(t.TempDir(), "shop.yaml")
	for _, c := range []struct{ dimensions, says string }{
		{"{LoadBalancer: app/shop/955aeff03e643d11}", "warning: application shop: Shop Served: LoadBalancer app/shop/955aeff03e643d11 is in one Region, and the rule has no data in the other; type one value for each: dimensions: {LoadBalancer: {us-east-1: app/shop/ID, us-west-2: app/shop/ID}}\n"},
		{"{LoadBalancer: {us-east-1: app/shop/0a1b2c3d4e5f6071, us-west-2: app/shop/955aeff03e643d11}}", ""},
	} {
		text := strings.Replace(shop, "metric: Served,", "metric: Served, dimensions: "+c.dimensions+",", 1)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		code, stdout, stderr := drover(t, t.Context(), "register", file, "--endpoint-url", server.URL)
		if !strings.HasPrefix(stdout, c.says) || c.says == "" && strings.Contains(stdout, "warning") {
			t.Errorf("exit code %d, %q, %q; want %q", code, stdout, stderr, c.says)
		}
	}
}
