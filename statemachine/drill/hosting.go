package drill

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/lambdahost"
)

// Hosting runs the functions of a drill, and connects them and the drill itself with the simulator.
type Hosting interface {
	// Open connects the simulator: api takes the requests, world answers DNS queries.
	Open(world *fakeaws.World, api http.Handler) (Addresses, error)
	// Add prepares a function. It starts with its first invocation.
	Add(f HostedFunction) (Running, error)
	// Close ends all functions and connections.
	Close() error
}

// Addresses are where the simulator is reached.
type Addresses struct {
	// URL is that of all services and Regions, NameServer that of the name servers, with its port.
	URL, NameServer string
	// Transport carries the drill's own requests; nil for the network.
	Transport http.RoundTripper
}

// HostedFunction is a function for a [Hosting].
type HostedFunction struct {
	Name, ARN, Region string
	// Step is the folder in Lambdas that has its bootstrap.
	Step, Lambdas string
	Timeout       time.Duration
	// Variables are its environment variables and its credentials.
	Variables map[string]string
}

// Running is a function that can be invoked.
type Running interface {
	// Invoke returns an error only when ctx is done or the hosting is closed; every failure of the function is a result.
	Invoke(ctx context.Context, payload []byte) (lambdahost.Result, error)
	// Kill ends its execution environment.
	Kill()
}

// processes runs the real binaries behind a port of the loopback.
type processes struct {
	// listener is where the simulator is reached; nil for a random port.
	listener net.Listener
	server   *http.Server
	dns      io.Closer
	host     *lambdahost.Host
}

// Open implements [Hosting].
func (p *processes) Open(world *fakeaws.World, api http.Handler) (Addresses, error) {
	var err error
	if p.listener == nil {
		if p.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			return Addresses{}, fmt.Errorf("listen for the AWS simulator: %w", err)
		}
	}
	p.server = &http.Server{Handler: api, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = p.server.Serve(p.listener) }() // ends with Close
	nameServer, err := p.serveDNS(world)
	if err != nil {
		return Addresses{}, err
	}
	p.host, err = lambdahost.New()
	return Addresses{URL: "http://" + p.listener.Addr().String(), NameServer: nameServer}, err
}

// serveDNS answers DNS queries from the hosted zones, at a free port of the address that the AWS simulator has.
func (p *processes) serveDNS(world *fakeaws.World) (address string, err error) {
	host, _, err := net.SplitHostPort(p.listener.Addr().String())
	if err != nil {
		return "", fmt.Errorf("listen for DNS: %w", err)
	}
	udp, tcp, err := fakeaws.ListenDNS(net.JoinHostPort(host, "0"))
	if err != nil {
		return "", err
	}
	p.dns = world.ServeDNS(udp, tcp)
	return udp.LocalAddr().String(), nil
}

// Add implements [Hosting].
func (p *processes) Add(f HostedFunction) (Running, error) {
	file := filepath.Join(f.Lambdas, f.Step, "bootstrap")
	binary, err := filepath.Abs(file)
	if err != nil {
		return nil, fmt.Errorf("function %s: %w", f.Name, err)
	}
	if _, err := os.Stat(binary); err != nil {
		return nil, fmt.Errorf("function %s: %s is not there; type `make host` to build the Lambdas for this machine", f.Name, file)
	}
	running := &lambdahost.Function{Name: f.Name, ARN: f.ARN, Region: f.Region, Binary: binary, Timeout: f.Timeout, Variables: f.Variables}
	return running, p.host.Add(running)
}

// Close implements [Hosting].
func (p *processes) Close() error {
	var err error
	if p.host != nil {
		err = p.host.Close()
	}
	if p.dns != nil {
		err = errors.Join(err, p.dns.Close())
	}
	if p.server != nil {
		return errors.Join(err, p.server.Close())
	}
	if p.listener != nil {
		err = errors.Join(err, p.listener.Close())
	}
	return err
}
