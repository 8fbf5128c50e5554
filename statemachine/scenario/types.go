package scenario

// AnswerRun is an approver who answers the approval request of a run with drover.
type AnswerRun struct {
	Run      int    `yaml:"run"`
	Approved bool   `yaml:"approved"`
	By       string `yaml:"by"`
	Comment  string `yaml:"comment"`
	// Fails says that the approver fails the task that waits, with the error name NotApproved, instead of giving an answer.
	Fails bool `yaml:"fails"`
}

// PlantedApproval is an approval item of one run that an attacker, who may write the registry's approvals, puts under the
// key of another run: an approver of that one would answer the first run's token.
type PlantedApproval struct {
	// Run is the run whose token it is, Under the name of the run under whose key the item is put.
	Run   int    `yaml:"run"`
	Under string `yaml:"under"`
	// Rewritten says that everything but the token is made to agree with the key.
	Rewritten bool `yaml:"rewritten"`
}

// Caller is a caller of the HTTP API.
type Caller struct {
	Name string `yaml:"name"`
	// May lists the methods and paths, such as "GET /runs/*", that the caller's role allows; none is allowed nothing.
	May []string `yaml:"may"`
}

// Call is a request to the HTTP API of a Region.
type Call struct {
	// As is the caller's name; if it is empty, the request is not signed.
	As     string `yaml:"as"`
	Region string `yaml:"region" is:"region"`
	Method string `yaml:"method"`
	Path   string `yaml:"path"`
	// Body is sent as JSON, Header beside what signing adds.
	Body   any               `yaml:"body"`
	Header map[string]string `yaml:"header"`
	// Status and Says are the expected response.
	Status int      `yaml:"status"`
	Says   []string `yaml:"says" is:"text"`
}

// RegistryItem is an application item that an attacker with write access to the registry puts there, without the applications
// file and `drover register`.
type RegistryItem struct {
	Region      string `yaml:"region" is:"region"`
	Application string `yaml:"application"`
	Wave        int    `yaml:"wave"`
	// Config takes the place of the configuration, with the name and the wave of the key unless it has its own.
	Config map[string]any `yaml:"config"`
	// Remove deletes the item.
	Remove bool `yaml:"remove"`
}

func (c *checker) registryItem(path string, i RegistryItem) {
	c.region(path+".region", i.Region)
	c.required(path, "application", i.Application)
	if i.Wave < 1 {
		c.add(path+".wave", "%d; expected the wave in the key of the item", i.Wave)
	}
	if (i.Config == nil) == !i.Remove {
		c.add(path, "expected config, or remove: true")
	}
}

// Deploy is a deployment in a Region during the scenario: functions and definition are replaced, and published
// as new versions, as CloudFormation does.
type Deploy struct {
	Region string `yaml:"region" is:"region"`
	// Release is ReleaseBroken or ReleaseCurrent.
	Release string `yaml:"release"`
}

// The releases that can be deployed.
const (
	// ReleaseCurrent is what the stacks declare.
	ReleaseCurrent = "current"
	// ReleaseBroken is a release whose functions all fail and whose definition ends at once.
	ReleaseBroken = "broken"
	// ReleasePrevious is the release before, if the drill is played with one ([Options].Previous).
	ReleasePrevious = "previous"
)

var releases = []string{ReleaseCurrent, ReleaseBroken, ReleasePrevious}

// PublishedRelease is the release that a Region publishes in the registry: what the other Region takes it to run.
type PublishedRelease struct {
	Region  string `yaml:"region" is:"region"`
	Version string `yaml:"version"`
	// Format is that of what this release writes.
	Format int `yaml:"format"`
}

// OtherZone is a hosted zone beside those of the applications.
type OtherZone struct {
	ID   string `yaml:"id"`
	Name string `yaml:"name"`
	// Private says that only clients in a VPC resolve its names.
	Private bool `yaml:"private"`
}

// SafetyRule asserts that so many of the plan's routing controls are on.
type SafetyRule struct {
	Name    string `yaml:"name"`
	AtLeast int    `yaml:"atLeast"`
}
