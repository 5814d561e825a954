package main

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	ordersPath   = "/v2.1/orders"
	moreInfoURL  = "https://support.sitecore.com"
	maxBodyBytes = 1 << 20
	// Closing a connection on a client that is still sending can cost it the answer.
	maxDrainBytes = 64 << 20
)

type apiError struct {
	Status           interface{} `json:"status"` // a text in 401, an integer elsewhere
	Code             int         `json:"code"`
	Message          string      `json:"message"`
	DeveloperMessage string      `json:"developerMessage,omitempty"`
	MoreInfoURL      string      `json:"moreInfoUrl"`
}

type itemList struct {
	Items []struct{} `json:"items"`
}

type createdOrder struct {
	Ref        string    `json:"ref"`
	Href       string    `json:"href"`
	CreatedAt  time.Time `json:"createdAt"`
	ModifiedAt time.Time `json:"modifiedAt"`
	newOrder
	Contacts   itemList `json:"contacts"`
	Consumers  itemList `json:"consumers"`
	OrderItems itemList `json:"orderItems"`
}

// orderKey identifies an order. Seconds and nanoseconds are apart because
// UnixNano overflows outside the years 1678 to 2262.
type orderKey struct {
	referenceID string
	sec         int64
	nsec        int
}

type api struct {
	baseURL            string
	keyHash, tokenHash [sha256.Size]byte

	mu sync.Mutex
	// Only the key is kept: nothing here reads an order back.
	seen map[orderKey]struct{}
}

func newAPI(baseURL, key, token string) *api {
	return &api{baseURL: baseURL, keyHash: sha256.Sum256([]byte(key)), tokenHash: sha256.Sum256([]byte(token)),
		seen: map[orderKey]struct{}{}}
}

// ServeHTTP routes by itself: http.ServeMux would answer unclean paths with
// redirects, before credentials are checked.
func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case !a.authorized(r):
		w.Header().Set("WWW-Authenticate", `Basic realm="orders", charset="UTF-8"`)
		reply(w, r, 401, apiError{"UNAUTHORIZED", 401, "Authentication credentials are required to access " +
			"the resource. All requests must be authenticated.", "", moreInfoURL})
	case r.URL.Path != ordersPath:
		fail(w, r, 404, "No such resource.")
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", http.MethodPost)
		fail(w, r, 405, "Only POST is supported here.")
	case !isJSON(r.Header):
		fail(w, r, 415, "Content-Type: must be application/json in UTF-8.")
	default:
		a.createOrder(w, r)
	}
}

func (a *api) authorized(r *http.Request) bool {
	// With two headers it would be unclear which one a proxy had checked.
	if len(r.Header["Authorization"]) != 1 {
		return false
	}
	user, password, ok := r.BasicAuth()
	// Hashes are of equal length, so that timing gives no lengths away either.
	u, p := sha256.Sum256([]byte(user)), sha256.Sum256([]byte(password))
	match := subtle.ConstantTimeCompare(u[:], a.keyHash[:]) & subtle.ConstantTimeCompare(p[:], a.tokenHash[:])
	return ok && match == 1
}

func isJSON(h http.Header) bool {
	if len(h["Content-Type"]) != 1 || h.Get("Content-Encoding") != "" {
		return false
	}
	mediaType, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	charset, given := params["charset"]
	return err == nil && mediaType == "application/json" && (!given || strings.EqualFold(charset, "utf-8"))
}

func (a *api) createOrder(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBodyBytes+1))
	if err != nil {
		w.Header().Set("Connection", "close") // where the next request starts is unknown
		fail(w, r, 400, "body: could not be read.")
		return
	}
	if len(body) > maxBodyBytes {
		// 400 and not 413, which the API does not document.
		fail(w, r, 400, fmt.Sprintf("body: must not be longer than %d bytes.", maxBodyBytes))
		return
	}
	order, problems := parseOrder(body)
	if len(problems) > 0 {
		fail(w, r, 400, strings.Join(problems, " "))
		return
	}
	created, ok := a.create(order)
	if !ok {
		reply(w, r, 409, apiError{409, 409, "The resource already exists so it can't be created.",
			fmt.Sprintf("Order with ref %s and orderedAt %s for this client key already exists",
				order.ReferenceID, order.OrderedAt.Format(time.RFC3339Nano)), moreInfoURL})
		return
	}
	w.Header().Set("Location", created.Href)
	reply(w, r, 201, created)
}

// create returns false if the order already exists.
func (a *api) create(o newOrder) (createdOrder, bool) {
	ref := newUUID()
	key := orderKey{o.ReferenceID, o.OrderedAt.Unix(), o.OrderedAt.Nanosecond()}

	// Looking and adding under one lock: of concurrent repeats just one gets in.
	a.mu.Lock()
	_, exists := a.seen[key]
	a.seen[key] = struct{}{}
	a.mu.Unlock()
	if exists {
		return createdOrder{}, false
	}
	now := time.Now().UTC()
	none := itemList{Items: []struct{}{}} // a nil slice would be written as null
	return createdOrder{
		Ref: ref, Href: a.baseURL + ordersPath + "/" + ref,
		CreatedAt: now, ModifiedAt: now, newOrder: o,
		Contacts: none, Consumers: none, OrderItems: none,
	}, true
}

// newUUID returns a random (version 4) UUID.
func newUUID() string {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic(err) // the system is broken, and a guessable or repeated ref would be worse
	}
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func fail(w http.ResponseWriter, r *http.Request, status int, message string) {
	reply(w, r, status, apiError{status, status, message, message, moreInfoURL})
}

func reply(w http.ResponseWriter, r *http.Request, status int, v interface{}) {
	body, err := json.Marshal(v)
	if err != nil { // can't happen: whatever gets here has been validated
		panic(err)
	}
	// A failed read needs no handling: the server then closes the connection.
	_, _ = io.CopyN(io.Discard, r.Body, maxDrainBytes)

	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body) // it fails if the client has gone or asked for HEAD
}
