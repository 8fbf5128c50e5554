package live

import "testing"

func TestVersionsFitAsRDSCompares(t *testing.T) {
	const postgres, mysql = "aurora-postgresql", "aurora-mysql"
	for _, c := range []struct {
		engine, a, b string
		fit          bool
		order        int
	}{
		{postgres, "16.6", "16.6", true, 0},
		{postgres, "16.6", "16.10", false, -1},
		{postgres, "17.1", "16.10", false, 1},
		{postgres, "15.2.1", "15.2.2", true, -1},
		{postgres, "14.5", "14.5.1", true, -1},
		{postgres, "14.4.1", "14.4.2", false, -1},
		{postgres, "13.8.1", "13.8.2", true, -1},
		{postgres, "12.12.1", "12.12.2", true, -1},
		{postgres, "11.17.1", "11.17.2", true, -1},
		{postgres, "11.16.1", "11.16.2", false, -1},
		{mysql, "8.0.mysql_aurora.3.04.1", "8.0.mysql_aurora.3.04.1", true, 0},
		{mysql, "8.0.mysql_aurora.3.04.1", "8.0.mysql_aurora.3.04.2", false, -1},
		{mysql, "8.0.mysql_aurora.3.10.0", "8.0.mysql_aurora.3.04.2", false, 1},
		{"neptune", "15.1.1", "15.1.2", false, -1},
	} {
		if got := VersionsFit(c.engine, c.a, c.b); got != c.fit {
			t.Errorf("%s %s and %s: fit %v, want %v", c.engine, c.a, c.b, got, c.fit)
		}
		if got := CompareVersions(c.a, c.b); got != c.order {
			t.Errorf("%s compared with %s: %d, want %d", c.a, c.b, got, c.order)
		}
	}
}
