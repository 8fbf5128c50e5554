package config

import (
	"fmt"
	"strings"
	"testing"
)

func TestSchedulesThatAWSTakesAreTaken(t *testing.T) {
	for _, expression := range []string{
		"none", "rate(1 minute)", "rate(30 minutes)", "rate(1 hours)", "rate(7 days)",
		"cron(0 3 ? * SUN *)", "cron(*/15 8-18 ? JAN,MAR-JUN MON-FRI 2027-2030)", "cron(0 0 L * ? *)", "cron(0 0 LW * ? *)",
		"cron(30 5 1,15W * ? *)", "cron(5/10 * * 1-12/3 ? *)", "cron(0 9 ? * 2#1 *)", "cron(0 9 ? * 6L *)",
	} {
		if problems := checkSchedule("drillSchedule", expression); len(problems) > 0 {
			t.Errorf("%s: %v; want none", expression, problems)
		}
	}
}

func TestSchedulesThatAWSRefusesAreRefusedWithTheField(t *testing.T) {
	for _, tc := range []struct{ expression, want string }{
		{"", `drillSchedule: ""; expected rate(30 minutes), cron(0 3 ? * SUN *) or none`},
		{"rate(0 minutes)", "expected rate(30 minutes)"},
		{"rate(5 weeks)", "expected rate(30 minutes)"},
		{"at(2027-01-01T00:00:00)", "expected rate(30 minutes)"},
		{"0 3 * * *", "expected rate(30 minutes)"},
		{"cron(0 3 * * *)", "5 fields; expected six: minutes, hours, day of month, month, day of week, year"},
		{"cron(60 3 ? * SUN *)", `minutes "60"; expected 0 to 59`},
		{"cron(0 24 ? * SUN *)", `hours "24"; expected 0 to 23`},
		{"cron(0 3 0 * ? *)", `day of month "0"; expected 1 to 31`},
		{"cron(0 3 32W * ? *)", `day of month "32W"; expected 1 to 31`},
		{"cron(0 3 ? 13 SUN *)", `month "13"; expected 1 to 12`},
		{"cron(0 3 ? * SUNDAY *)", `day of week "SUNDAY"; expected 1 to 7`},
		{"cron(0 3 ? * FRI-MON *)", `day of week "FRI-MON"; expected 1 to 7`},
		{"cron(0 3 ? * 2#6 *)", `day of week "2#6"; expected 1 to 7`},
		{"cron(0 3 ? * SUN 27)", `year "27"; expected 1970 to 2199`},
		{"cron(*/0 3 ? * SUN *)", `minutes "*/0"; expected 0 to 59`},
		{"cron(1, 3 ? * SUN *)", `minutes "1,"; expected 0 to 59`},
		{"cron(? 3 ? * SUN *)", `minutes "?"; expected 0 to 59`},
		{"cron(0 3 * * * *)", `day of month "*" and day of week "*"; expected ? for exactly one of them`},
		{"cron(0 3 ? * ? *)", `day of month "?" and day of week "?"; expected ? for exactly one of them`},
	} {
		problems := checkSchedule("drillSchedule", tc.expression)
		if len(problems) != 1 || !strings.Contains(problems[0].Error(), tc.want) {
			t.Errorf("%s: %v; want %q", tc.expression, problems, tc.want)
		}
	}
}

// TestEachFieldOfACronExpressionHasItsLimits: both are in, also as a range of one and as a step, and what is beyond is out.
func TestEachFieldOfACronExpressionHasItsLimits(t *testing.T) {
	for i, f := range cronFields {
		for part, want := range map[string]bool{
			fmt.Sprint(f.lo): true, fmt.Sprint(f.hi): true, fmt.Sprint(f.lo - 1): false, fmt.Sprint(f.hi + 1): false,
			fmt.Sprintf("%d-%d", f.lo, f.lo): true, fmt.Sprintf("%d-%d", f.lo, f.hi): true, fmt.Sprintf("%d-%d", f.hi, f.hi): true,
			fmt.Sprintf("%d-%d", f.lo+1, f.lo): false, fmt.Sprintf("%d-%d", f.lo, f.hi+1): false,
			"*/1": true, fmt.Sprintf("*/%d", f.hi): true, "*/0": false, fmt.Sprintf("*/%d", f.hi+1): false,
		} {
			values := strings.Fields("0 3 ? 1 SUN 2027")
			if f.name == "day of month" {
				values[4] = "?"
			}
			values[i] = part
			if err := checkCron(values); (err == nil) != want {
				t.Errorf("%s %s: %v; want it taken: %v", f.name, part, err, want)
			}
		}
	}
}

// TestTheAlarmWaitsForTheNextCheck: the longest time without a check has to be that between two of them, or more.
func TestTheAlarmWaitsForTheNextCheck(t *testing.T) {
	for _, c := range []struct {
		schedule string
		within   int
		want     bool
	}{
		{"rate(30 minutes)", 30, true}, {"rate(30 minutes)", 25, false}, {"rate(5 minutes)", 5, true}, {"rate(1 hour)", 60, true},
		{"rate(61 minutes)", 60, false}, {"rate(1 day)", 1440, true}, {"rate(2 days)", 1440, false}, {"cron(0 3 ? * SUN *)", 5, true}, {"none", 5, true},
		{"rate(1 minute)", 4, false}, {"rate(1 minute)", 1445, false}, {"rate(1 minute)", 7, false},
	} {
		problems := Config{CheckSchedule: c.schedule, CheckWithinMinutes: c.within, DrillSchedule: Never, Timezone: "UTC"}.scheduleProblems()
		if (len(problems) == 0) != c.want {
			t.Errorf("%s within %d minutes: %v; want it taken: %v", c.schedule, c.within, problems, c.want)
		}
	}
}
