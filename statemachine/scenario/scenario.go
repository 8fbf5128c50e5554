package scenario

import (
	"encoding/json"
	"time"

	"github.com/drover-dr/drover/internal/failover"
)

// Start is when every scenario starts, in virtual time. Inputs that name a time count from it.
var Start = time.Date(2026, 1, 31, 3, 0, 0, 0, time.UTC)

// Scenario is one disaster, as a YAML file describes it.
type Scenario struct {
	// Name is the file's name without .yaml.
	Name string `yaml:"name"`
	// Title describes the scenario in one line.
	Title string `yaml:"title"`
	// Description says why the scenario exists.
	Description string `yaml:"description"`
	// ApplicationsFile holds the applications, when they are not listed under the key applications; its path is
	// relative to the scenario.
	ApplicationsFile string `yaml:"applicationsFile"`
	// Generate makes applications instead of listing them.
	Generate *Generate `yaml:"generate"`
	// Needs is what a plan must have for the scenario beside what its events name.
	Needs Needs `yaml:"needs"`
	// Plan overrides settings of the deployed plan, by the names that they have there.
	Plan map[string]any `yaml:"plan"`
	// NoSchedules leaves out what the stacks start by the clock, for a scenario that lasts for hours.
	NoSchedules bool `yaml:"noSchedules"`
	// World are the settings of the simulated AWS.
	World WorldSettings `yaml:"world"`
	// Timeline are the events, in order of time.
	Timeline []Event `yaml:"timeline"`
	// Refusals are inputs that must be refused, one after the other, from the start of the scenario on.
	Refusals []Refusal `yaml:"refusals"`
	// Until is when the scenario ends, or later if a run needs longer.
	Until Duration `yaml:"until"`
	// Expect is what must be true in the end.
	Expect Expect `yaml:"expect"`

	// applications is the text for the registry's reader, on its own lines of applicationsFrom.
	applications     []byte
	applicationsFrom string
	// source is where it was read from, regions are those that it names.
	source  source
	regions []mention

	// Shipped says that it comes with Drover, and so plays with any plan.
	Shipped bool `yaml:"-"`
	// Unchecked says in one line which expectations are not checked in this plan, and why; Settings which settings of the plan
	// have given way to the scenario's.
	Unchecked, Settings string `yaml:"-"`
	// LooseWeights says that runs of the schedule which writes pending weights are neither expected nor unexpected.
	LooseWeights bool `yaml:"-"`
	// own says that the applications are the user's; parsed are the applications in the terms of a plan.
	own    bool
	parsed []failover.Application
}

// Needs is what a plan must have.
type Needs struct {
	// Zones and GlobalClusters are how many hosted zones and global clusters it must have at least.
	Zones          int `yaml:"zones"`
	GlobalClusters int `yaml:"globalClusters"`
	// ControlPlane is primary where the Route 53 control plane must be lost with the primary.
	ControlPlane string `yaml:"controlPlane"`
}

// Mistake is a mistake of the scenario, with its position.
func (s *Scenario) Mistake(path, format string, args ...any) error {
	return s.source.mistake(path, format, args...)
}

// Generate describes applications by number.
type Generate struct {
	// Applications is how many there are, each with one record and one health rule; Databases, at most one for each
	// zone, go to the first ones.
	Applications int `yaml:"applications"`
	Databases    int `yaml:"databases"`
	// Zones are the hosted zones that the records are spread over, as consecutive blocks.
	Zones []Zone `yaml:"zones"`
	// GlobalClusters are the databases' names.
	GlobalClusters []string `yaml:"globalClusters"`
}

// Zone is a hosted zone.
type Zone struct {
	ID   string `yaml:"id"`
	Name string `yaml:"name"`
}

// WorldSettings are settings of the simulated AWS; zero values stand for the defaults.
type WorldSettings struct {
	// DNSPropagation is the time from a change to INSYNC.
	DNSPropagation Duration `yaml:"dnsPropagation"`
	// ReplicationLag is the DynamoDB global table's.
	ReplicationLag Duration `yaml:"replicationLag"`
	Aurora         struct {
		// Lag is the replication lag of every global cluster.
		Lag Duration `yaml:"lag"`
		// Switchover and Failover are how long promotions take.
		Switchover Duration `yaml:"switchover"`
		Failover   Duration `yaml:"failover"`
		// Engine is that of every global cluster; none means aurora-postgresql.
		Engine string `yaml:"engine"`
		// Members are clusters that differ from the usual ones.
		Members []DatabaseMember `yaml:"members"`
	} `yaml:"aurora"`
	// MetricDelay is how late CloudWatch delivers; left out, as late as AWS does: one to two minutes after the minute
	// that a datapoint of standard resolution describes, and 2 s to 5 s after one of high resolution was published.
	MetricDelay struct {
		Standard       Duration `yaml:"standard"`
		HighResolution Duration `yaml:"highResolution"`
	} `yaml:"metricDelay"`
	// LoadBalancers are applications whose metrics are those of an Application Load Balancer in each Region, by name.
	// The value is the dimension LoadBalancer, with {region} for the Region. Such metrics are of standard resolution and
	// exist only while requests flow in the Region.
	LoadBalancers map[string]string `yaml:"loadBalancers"`
	// Metrics are those that the scenario publishes itself.
	Metrics []Metric `yaml:"metrics"`
	Clients struct {
		// RequestsPerSecond is the sum over all applications.
		RequestsPerSecond float64 `yaml:"requestsPerSecond"`
		// Writes is the share of requests that need the writer, for applications with a database.
		Writes float64 `yaml:"writes"`
		// InVPC are the applications whose clients are in a VPC: they resolve the record in a private zone.
		InVPC []string `yaml:"inVPC"`
	} `yaml:"clients"`
	// Callers are the callers of the HTTP API.
	Callers []Caller `yaml:"callers"`
	// Zones are hosted zones beside those of the applications, or with another name than these give.
	Zones []OtherZone `yaml:"zones"`
	// RecordSets are simple record sets beside those of the applications.
	RecordSets []ManualSet `yaml:"recordSets"`
	// Weights are those of the record sets of applications, by application and Region; left out, the primary has all users. With
	// them, the applications are registered with what Route 53 has, as drover register does it.
	Weights map[string]map[string]int `yaml:"weights" is:"region"`
	// OneValue makes Route 53 refuse weighted record sets with several values, as its API Reference says.
	OneValue bool `yaml:"oneValue"`
	// Traffic is how a failover moves the users of applications that do not say it: BySwitch, ByWeights, or Detached.
	Traffic string `yaml:"traffic"`
	// Switch is that of the applications which name none; without it, the plan's first. A plan that lacks it is replaced by one
	// that has a switch with each kind of lever: default, metric and arc.
	Switch string `yaml:"switch"`
	// SafetyRule is that of the plan's routing controls: at least one of them must be on, unless the scenario says otherwise.
	SafetyRule SafetyRule `yaml:"safetyRule"`
	// ControlPlane, as ControlPlaneStays, keeps the Route 53 control plane up while its Region is dark.
	ControlPlane string `yaml:"controlPlane"`
}

// How a failover moves the users of applications.
const (
	// BySwitch attaches the health checks of the plan's switches to the record sets. It is the default.
	BySwitch = "switch"
	// ByWeights registers the applications with `switch: none`.
	ByWeights = "weighted"
	// Detached leaves the record sets without the health checks of their switch.
	Detached = "detached"
)

// The states of the Route 53 control plane that a scenario can ask for.
const (
	// ControlPlaneStays, in the world, means that it does not depend on its Region.
	ControlPlaneStays = "stays"
	// ControlPlaneGone and ControlPlaneReturns, as events, take it away alone and bring it back.
	ControlPlaneGone    = "gone"
	ControlPlaneReturns = "returns"
)

// Event is one event of the timeline: exactly one of its fields beside At is set.
type Event struct {
	// At counts from the start of the scenario.
	At Duration `yaml:"at"`

	RegionDark string `yaml:"regionDark" is:"region"`
	RegionBack string `yaml:"regionBack" is:"region"`
	// ControlPlane is ControlPlaneGone or ControlPlaneReturns.
	ControlPlane string       `yaml:"controlPlane"`
	Drift        *Drift       `yaml:"drift"`
	RecordSet    *ManualSet   `yaml:"recordSet"`
	DatabaseLag  *DatabaseLag `yaml:"databaseLag"`
	DatabaseHang string       `yaml:"databaseHang"`
	// LoseChange is the hosted zone of which Route 53 loses the newest change, if its name servers do not have it yet.
	LoseChange string `yaml:"loseChange"`
	// DatabaseMember changes one cluster of a global cluster.
	DatabaseMember *DatabaseMember `yaml:"databaseMember"`
	// MemberDeleted is a secondary cluster that is deleted.
	MemberDeleted *MemberDeleted `yaml:"memberDeleted"`
	NoMetrics     *Place         `yaml:"noMetrics"`
	Errors        *Errors        `yaml:"errors"`
	APIFault      *APIFault      `yaml:"apiFault"`
	Invocations   *Invocations   `yaml:"invocations"`
	Alarm         *AlarmChange   `yaml:"alarm"`
	Call          *Call          `yaml:"call"`
	Start         *StartRun      `yaml:"start"`
	Deploy        *Deploy        `yaml:"deploy"`
	LambdaSurge   *LambdaSurge   `yaml:"lambdaSurge"`
	RegistryItem  *RegistryItem  `yaml:"registryItem"`

	// CutOff are two Regions that cannot reach each other any more, SeeAgain two that can again.
	CutOff   []string `yaml:"cutOff" is:"region"`
	SeeAgain []string `yaml:"seeAgain" is:"region"`
	// SwitchoverCancelled is a global cluster whose next switchover Aurora cancels.
	SwitchoverCancelled string      `yaml:"switchoverCancelled"`
	Pause               *PauseRun   `yaml:"pause"`
	Stop                *StopRun    `yaml:"stop"`
	LoseEvents          *LoseEvents `yaml:"loseEvents"`
	Answer              *AnswerRun  `yaml:"answer"`
	// PlantedApproval is an item that an attacker writes into the registry.
	PlantedApproval *PlantedApproval `yaml:"plantedApproval"`
	// RepeatStep is an invocation of a run that is delivered once more, later.
	RepeatStep *RepeatStep `yaml:"repeatStep"`
	// Clock sets the clock of a Region.
	Clock *Clocks `yaml:"clock"`
	// Published is the release that a Region says it runs.
	Published *PublishedRelease `yaml:"published"`
	// Redrive is the number of a run that an operator tries to redrive.
	Redrive int `yaml:"redrive"`
}

// Drift is a record set that is changed, or added, outside Drover.
type Drift struct {
	Zone   string `yaml:"zone"`
	Name   string `yaml:"name"`
	Type   string `yaml:"type"`
	Region string `yaml:"region" is:"region"`
	// SetIdentifier is, instead of Region, that of a record set which is added beside those of the Regions, or changed if
	// it exists.
	SetIdentifier string `yaml:"setIdentifier"`
	// Weight and Value are what it is changed to; what is left out stays.
	Weight *int   `yaml:"weight"`
	Value  string `yaml:"value"`
}

// ManualSet replaces all record sets of a name and type manually: by one simple record set, or, without values, by none.
type ManualSet struct {
	Zone   string   `yaml:"zone"`
	Name   string   `yaml:"name"`
	Type   string   `yaml:"type"`
	TTL    int64    `yaml:"ttl"`
	Values []string `yaml:"values"`
}

// MemberDeleted is the secondary cluster of a global cluster in a Region.
type MemberDeleted struct {
	Region        string `yaml:"region" is:"region"`
	GlobalCluster string `yaml:"globalCluster"`
}

// DatabaseLag changes a global cluster's replication lag.
type DatabaseLag struct {
	GlobalCluster string   `yaml:"globalCluster"`
	Lag           Duration `yaml:"lag"`
}

// DatabaseMember changes a cluster of a global cluster; what is left out stays.
type DatabaseMember struct {
	GlobalCluster string `yaml:"globalCluster"`
	Region        string `yaml:"region" is:"region"`
	// Version is its engine version.
	Version string `yaml:"version"`
	// Instances is 0 for a headless cluster, and 1.
	Instances *int `yaml:"instances"`
}

// Place is an application in a Region.
type Place struct {
	Region      string `yaml:"region" is:"region"`
	Application string `yaml:"application"`
}

// Errors makes a share of an application's requests in a Region fail.
type Errors struct {
	Region      string  `yaml:"region" is:"region"`
	Application string  `yaml:"application"`
	Share       float64 `yaml:"share"`
	// FromPercent is the percentage of the application's clients from which on requests fail, as with a bad release.
	FromPercent int `yaml:"fromPercent"`
}

// StartRun starts an execution.
type StartRun struct {
	// Region is where; a run is started in the Region that it moves to.
	Region string `yaml:"region" is:"region"`
	// Name is the execution's name; by default that of the scenario with a number.
	Name string `yaml:"name"`
	// Input is the execution's input, as it is.
	Input any `yaml:"input"`
	// Outcome is how the run must end.
	Outcome failover.Outcome `yaml:"outcome"`
	// Says are texts that the run's findings, cause, report or notifications must contain.
	Says []string `yaml:"says" is:"text"`
	// FailedAtMost bounds the requests that fail from the run's start on, also after it has ended, as a share of all
	// requests while it runs: its client impact.
	FailedAtMost *float64 `yaml:"failedAtMost"`
	// TransitionsAtMost and PayloadAtMost bound the run's state transitions and the bytes of its largest payload.
	TransitionsAtMost int `yaml:"transitionsAtMost"`
	PayloadAtMost     int `yaml:"payloadAtMost"`
}

// Refusal is an input that must be refused.
type Refusal struct {
	Region string `yaml:"region" is:"region"`
	Input  any    `yaml:"input"`
	// Says is a text that the refusal must contain.
	Says string `yaml:"says" is:"text"`
}

// Expect is what must be true in the end, beside the outcome of every run; what is left out is not checked.
type Expect struct {
	// ServedFrom is when every request is served again, at the latest, and from then on.
	ServedFrom *Duration `yaml:"servedFrom"`
	// Failed bounds the share of all requests that may fail.
	FailedAtMost *float64 `yaml:"failedAtMost"`
	// FailedBesideWriterAtMost bounds the share of requests that may fail while no promotion is in progress.
	FailedBesideWriterAtMost *float64 `yaml:"failedBesideWriterAtMost"`
	// Active is, for every application that it names, the one Region with its traffic, its writer and its entry in the
	// registry.
	Active map[string]string `yaml:"active" is:"region"`
	// Batches is the number of accepted ChangeResourceRecordSets calls, those that write the fence alone among them.
	Batches *int `yaml:"batches"`
	// RecordSets is how many record sets those calls wrote, the fences aside: a shift that is done twice writes twice.
	RecordSets *int `yaml:"recordSets"`
	// OverheadAtMost bounds Drover's own part of the recovery time.
	OverheadAtMost *Duration `yaml:"overheadAtMost"`
	// Runs are those that alarms, schedules and the API start, in the order of their start: these, and no others.
	Runs []ExpectedRun `yaml:"runs"`
	// Notifications are, for runs by name, texts that the run's notifications must contain.
	Notifications map[string][]string `yaml:"notifications" is:"text"`
	// Closed are the runs, by name, whose execution ended without closing them, and that another run has closed.
	Closed []string `yaml:"closed"`
	// DeadLetters is the number of messages in the dead-letter queues.
	DeadLetters int `yaml:"deadLetters"`
	// Any says that runs may end in any way, and that anything may start them: only guarantees count, and what a role was denied
	// or the simulator lacks.
	Any bool `yaml:"any"`
	// Denied are objects, such as the ids of hosted zones and global clusters, that the plan's context lacks: requests about
	// each must be denied, and the drill does not fail for it.
	Denied []string `yaml:"denied"`
	// Alarms are the alarms that must go to ALARM, as NAME REGION.
	Alarms []string `yaml:"alarms"`
}

// JSON is a YAML value as the JSON of an execution's input.
func JSON(v any) (json.RawMessage, error) { return json.Marshal(v) }
