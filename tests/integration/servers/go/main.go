// Command orders serves POST /v2.1/orders on the loopback interface.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

func main() {
	port := flag.Uint("port", 8080, "TCP port on 127.0.0.1; 0 picks a free one")
	flag.Parse()
	key, token := os.Getenv("ORDERS_CLIENT_KEY"), os.Getenv("ORDERS_API_TOKEN")
	if key == "" || token == "" || strings.Contains(key, ":") { // Basic authentication can't carry a colon
		log.Fatal("ORDERS_CLIENT_KEY (without a colon) and ORDERS_API_TOKEN must be set")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	ln, err := net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", *port))
	if err != nil {
		log.Fatal(err)
	}
	srv := &http.Server{
		Handler:           newAPI("http://"+ln.Addr().String(), key, token),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		// Counted from the end of the headers: it must outlast a slow body,
		// or such a client would get no answer at all.
		WriteTimeout: 30 * time.Second,
		IdleTimeout:  5 * time.Minute,
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ln) }()
	fmt.Printf("ready %d\n", ln.Addr().(*net.TCPAddr).Port)

	select {
	case err := <-served:
		log.Fatal(err)
	case <-ctx.Done():
		grace, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := srv.Shutdown(grace); err != nil {
			log.Print(err)
		}
	}
}
