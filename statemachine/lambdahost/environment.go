package lambdahost

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// environment is one execution environment: a process, from its start to its end.
type environment struct {
	id          string
	log         *logFile
	invocations chan *invocation
	// exited is closed when the process has ended; state is set before.
	exited   chan struct{}
	state    *os.ProcessState
	timedOut atomic.Bool

	mu        sync.Mutex
	process   *os.Process // nil until it is started
	killed    bool
	started   time.Time
	polled    time.Time // the first poll
	current   *invocation
	initError *answer
}

// invocation is one invocation for an environment.
type invocation struct {
	requestID string
	payload   []byte
	arn       string
	timeout   time.Duration
	answered  chan answer
}

// start starts a process for the function.
func (h *Host) start(f *Function) (*environment, error) {
	env := &environment{invocations: make(chan *invocation), exited: make(chan struct{})}
	var err error
	if env.log, err = newLogFile(); err != nil {
		return nil, err
	}
	if err := h.register(env); err != nil {
		env.log.close()
		return nil, err
	}
	if err := h.startProcess(env, f.Binary, f.environ(h.address+"/"+env.id)); err != nil {
		h.forget(env)
		env.log.close()
		close(env.exited)
		return nil, err
	}
	return env, nil
}

// startProcess starts the environment's process, and closes exited when it ends.
func (h *Host) startProcess(env *environment, binary string, environ []string) error {
	cmd := exec.Command(binary)
	cmd.Env = environ
	cmd.Stdout, cmd.Stderr = env.log.file, env.log.file
	cmd.SysProcAttr = ownProcessGroup()
	failure := make(chan error, 1)
	select {
	case h.starts <- func() { failure <- env.begin(cmd) }:
	case <-h.done:
		return errClosed
	}
	if err := <-failure; err != nil {
		return err
	}
	go func() {
		_ = cmd.Wait() // the state says how it ended
		env.state = cmd.ProcessState
		h.forget(env)
		close(env.exited)
	}()
	return nil
}

func (env *environment) begin(cmd *exec.Cmd) error {
	env.mu.Lock()
	defer env.mu.Unlock()
	env.started = time.Now()
	if env.killed { // the host was closed in the meantime
		return errClosed
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	env.process = cmd.Process
	return nil
}

// kill ends the environment's process, or prevents its start.
func (env *environment) kill() {
	env.mu.Lock()
	defer env.mu.Unlock()
	env.killed = true
	select {
	case <-env.exited: // its number may be another process's by now
	default:
		if env.process != nil {
			killGroup(env.process.Pid)
		}
	}
}

// environ is the function's environment: what Lambda sets, then the function's own variables, in alphabetical order.
// The AWS SDK's shared configuration files are the null device, so that no profile of the user is read.
func (f *Function) environ(api string) []string {
	variables := map[string]string{
		"PATH":                            "/usr/local/bin:/usr/bin:/bin",
		"LANG":                            "en_US.UTF-8",
		"TZ":                              ":UTC",
		"_HANDLER":                        "bootstrap",
		"LAMBDA_TASK_ROOT":                "/var/task",
		"LAMBDA_RUNTIME_DIR":              "/var/runtime",
		"AWS_REGION":                      f.Region,
		"AWS_DEFAULT_REGION":              f.Region,
		"AWS_EXECUTION_ENV":               "AWS_Lambda_provided.al2023",
		"AWS_LAMBDA_FUNCTION_NAME":        f.Name,
		"AWS_LAMBDA_FUNCTION_VERSION":     "$LATEST",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
		"AWS_LAMBDA_INITIALIZATION_TYPE":  "on-demand",
		"AWS_LAMBDA_LOG_GROUP_NAME":       "/aws/lambda/" + f.Name,
		"AWS_LAMBDA_LOG_STREAM_NAME":      "local",
		"AWS_CONFIG_FILE":                 os.DevNull,
		"AWS_SHARED_CREDENTIALS_FILE":     os.DevNull,
		"AWS_EC2_METADATA_DISABLED":       "true",
		"AWS_MAX_ATTEMPTS":                "1",
	}
	for name, value := range f.Variables {
		variables[name] = value
	}
	variables["AWS_LAMBDA_RUNTIME_API"] = api
	var environ []string
	for name, value := range variables {
		environ = append(environ, name+"="+value)
	}
	slices.Sort(environ)
	return environ
}

// exitReason is Lambda's text for the end of a process.
func (env *environment) exitReason() string {
	if env.state == nil || env.state.Success() {
		return "Runtime exited without providing a reason"
	}
	return fmt.Sprintf("Runtime exited with error: %s", env.state)
}

// failedInit is the initialisation error that the process has reported, or nil.
func (env *environment) failedInit() *answer {
	env.mu.Lock()
	defer env.mu.Unlock()
	return env.initError
}

// initTime is the time from the start of the process to its first poll.
func (env *environment) initTime() time.Duration {
	env.mu.Lock()
	defer env.mu.Unlock()
	return env.polled.Sub(env.started)
}
