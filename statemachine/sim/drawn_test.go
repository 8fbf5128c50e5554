package sim

import (
	"regexp"
	"testing"
)

// drawn says what of a situation stands for each thing that can go wrong, as the text of a scenario has it.
var drawn = []struct{ what, as string }{
	{"the order of traffic and databases", `plan: .*order: database-first`},
	{"waves", `(?m)^    wave: 2$`},
	{"traffic steps", `start: .*percents: \[10, 100\]`},
	{"an approval", `plan: .*approval: before-promotion`},
	{"a switch", `traffic: switch`},
	{"weights alone", `traffic: weighted`},
	{"a lag of the databases", `aurora: {lag: 20s`},
	{"slow promotions", `failover: 3m`},
	{"long TTLs", `ttl: 3600`},
	{"several runs", `(?s)start: .*start: .*start: `},
	{"operators in both Regions", `start: {region: us-east-1`},
	{"callers of the API who start runs", `call: {as: portal, .*method: POST, path: /runs,`},
	{"callers of the API who answer", `path: /runs/asked/approval`},
	{"callers of the API who read, or may not", `as: reader`},
	{"a call that is throttled", `apiFault: .*code: Throttling`},
	{"a call that fails", `apiFault: .*code: InternalFailure`},
	{"a call that times out before its effect", `apiFault: .*loseRequest: true`},
	{"a call that times out after its effect", `apiFault: .*loseAnswer: true`},
	{"a call that is denied", `apiFault: .*code: AccessDenied`},
	{"an object that is busy", `apiFault: .*code: PriorRequestNotComplete`},
	{"a request that AWS rejects", `apiFault: .*code: InvalidInput`},
	{"an error that no code knows", `apiFault: .*code: SomethingElse`},
	{"a slow Region", `apiFault: {service: dynamodb, region: us-west-2, lose(Request|Answer): true, share: `},
	{"a Region that is dark for a time", `(?s)regionDark: us-east-1.*regionBack: us-east-1`},
	{"a Region that is dark", `regionDark: us-west-2`},
	{"a partition", `cutOff: `},
	{"the Route 53 control plane gone", `controlPlane: gone`},
	{"the RDS control plane gone", `apiFault: {service: rds, region: us-west-2, code: ServiceUnavailable`},
	{"a change that is lost", `loseChange: `},
	{"a promotion that is stuck", `databaseHang: `},
	{"a promotion that is cancelled", `switchoverCancelled: `},
	{"a promotion that is late", `databaseLag: .*lag: 10m`},
	{"a function that crashes before its work", `fail: crash-before`},
	{"a function that crashes in the middle", `fail: crash-midway, calls: \d`},
	{"a function that crashes after its work", `fail: crash-after-effect`},
	{"a function that times out", `fail: timeout`},
	{"a function that is throttled", `fail: throttle`},
	{"a function that is gone", `fail: deleted`},
	{"a function that the state machine may not invoke", `fail: denied`},
	{"a function that fails for longer than its retries take", `invocations: {function: \w+, fail: [a-z-]+, for: `},
	{"stale reads", `replicationLag: 4s`},
	{"an alarm that starts a failover", `alarm: .*state: ALARM}`},
	{"an event of an alarm that comes twice", `alarm: .*state: ALARM, from: `},
	{"an event of an alarm that comes late, or after a later one", `(?s)state: OK}.*alarm: .*state: ALARM, from: `},
	{"a step that is delivered once more, late", `repeatStep: `},
	{"StopExecution", `stop: {run: 1}`},
	{"an execution that its quotas end", `stop: .*by: history`},
	{"a pause", `pause: `},
	{"a step that is tried again while another run takes the lock over", `(?s)at: 2\ds, invocations: {function: updateregistry, fail: throttle, times: 3.*takeover: true`},
	{"an item that changes between two steps", `(?s)at: 2\ds, invocations: {function: shifttraffic, fail: throttle, times: 3.*registryItem`},
	{"a drill whose return is blocked", `(?s)at: 2\ds, start: {region: us-west-2, input: {action: drill}}.*lag: 10m`},
	{"a redrive", `redrive: `},
	{"drift of a record set", `drift: `},
	{"a record set that an operator replaces", `recordSet: .*type: AAAA`},
	{"a fence of another version", `recordSet: .*_drover.*type: TXT`},
	{"an item that is changed manually", `registryItem: .*config: `},
	{"an item that is deleted manually", `registryItem: .*remove: true`},
	{"an application that no file has", `registryItem: .*application: stranger`},
	{"another release", `published: `},
	{"a deployment", `deploy: .*release: broken`},
	{"a clock that is ahead", `clock: .*ahead: `},
	{"a clock that is behind", `clock: .*behind: `},
	{"a clock that is set right", `clock: {region: us-west-2}`},
	{"an approver who answers", `answer: .*approved: true`},
	{"an approver who fails the task", `answer: .*fails: true`},
	{"a planted approval", `plantedApproval: `},
	{"other functions that use all concurrency", `lambdaSurge: `},
	{"functions without reserved concurrency", `reservedConcurrency: 0`},
	{"metrics that stop", `noMetrics: `},
	{"an application that fails under load", `fromPercent: `},
	{"a rule whose metric one Region has", `region: us-(east-1|west-2), statistic`},
	{"an alarm of an application that is not OK", `alarm: {.*name: of-the-application, state: INSUFFICIENT_DATA`},
	{"a database that two applications share", `(?s)globalCluster: (checkout|orders)\n.*globalCluster: (checkout|orders)\n`},
	{"engine versions that differ", `databaseMember: .*version: `},
	{"a secondary cluster that is gone", `memberDeleted: `},
	{"events about executions that are lost", `loseEvents: `},
}

// TestEverythingIsDrawn: each of these is drawn in one of a thousand situations at least.
func TestEverythingIsDrawn(t *testing.T) {
	const situations = 5000
	found := make([]int, len(drawn))
	patterns := make([]*regexp.Regexp, len(drawn))
	for i, d := range drawn {
		patterns[i] = regexp.MustCompile(d.as)
	}
	for seed := range uint64(situations) {
		text := Draw(seed).YAML()
		for i, p := range patterns {
			if p.Match(text) {
				found[i]++
			}
		}
	}
	for i, d := range drawn {
		if found[i] < situations/1000 {
			t.Errorf("%s: in %d of %d situations; expected %d", d.what, found[i], situations, situations/1000)
		}
	}
}
