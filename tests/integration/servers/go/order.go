package main

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// newOrder is an order as sent. Optional fields are nil when not sent.
type newOrder struct {
	OrderedAt    time.Time   `json:"orderedAt"`
	CurrencyCode string      `json:"currencyCode"`
	Price        json.Number `json:"price"` // keeps the digits as sent; a float64 would round them
	ReferenceID  string      `json:"referenceId"`
	PaymentType  *string     `json:"paymentType,omitempty"`
	CardType     *string     `json:"cardType,omitempty"`
	PointOfSale  *string     `json:"pointOfSale,omitempty"`
	Channel      *string     `json:"channel,omitempty"`
	Status       *string     `json:"status,omitempty"`
}

const (
	channels = "WEB, MOBILE_WEB, MOBILE_APP, CALL_CENTER, AIRPORT_KIOSK, BRANCH, KIOSK, OFFLINE, GDS, OTA, OTHER"
	// PARTIALY_... is how the API spells it.
	statuses = "BROWSED, CANCELLED, CONFIRMED, DECLINED, PARTIALY_CONFIRMED, PARTIALY_REFUNDED, " +
		"PAYMENT_PENDING, PENDING, PURCHASED, REFUNDED, RESERVED, SEARCHED, UNKNOWN"
)

var (
	fieldNames = []string{"currencyCode", "orderedAt", "price", "referenceId", "createdAt", "modifiedAt",
		"paymentType", "cardType", "pointOfSale", "channel", "status"}
	currencyPattern = regexp.MustCompile(`^[A-Z]{3}$`)
	// time.Parse alone is too lenient (one-digit hours, comma fractions, offsets
	// such as +99:99) and cuts off fractions finer than a nanosecond.
	dateTimePattern = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}` +
		`(\.[0-9]{1,9}0*)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$`)
)

// parser collects every problem, so that a client sees all of them at once.
type parser struct {
	fields   map[string]json.RawMessage
	problems []string
}

// parseOrder returns the order in body, and what is wrong with it.
func parseOrder(body []byte) (newOrder, []string) {
	p := &parser{fields: map[string]json.RawMessage{}}
	if !p.split(body) {
		return newOrder{}, []string{"body: must be a JSON object in UTF-8."}
	}
	var o newOrder
	if s := p.text("currencyCode", true, currencyPattern.MatchString, "must be three upper-case letters"); s != nil {
		o.CurrencyCode = *s
	}
	o.OrderedAt = p.dateTime("orderedAt", true)
	o.Price = p.number("price")
	// encoding/json turns each lone surrogate into U+FFFD: two different
	// references could become one, and the second be refused as a duplicate.
	usable := func(s string) bool { return strings.TrimSpace(s) != "" && !strings.ContainsRune(s, utf8.RuneError) }
	if s := p.text("referenceId", true, usable, "may not be blank or hold lone surrogates or U+FFFD"); s != nil {
		o.ReferenceID = *s
	}
	// Checked but not kept: they tell when this service created and updated
	// the resource, which only its own clock knows.
	p.dateTime("createdAt", false)
	p.dateTime("modifiedAt", false)
	o.PaymentType = p.text("paymentType", false, nil, "")
	o.CardType = p.text("cardType", false, nil, "")
	o.PointOfSale = p.text("pointOfSale", false, func(s string) bool { return s != "" }, "may not be empty")
	o.Channel = p.text("channel", false, oneOf(channels), "must be one of "+channels)
	o.Status = p.text("status", false, oneOf(statuses), "must be one of "+statuses)
	return o, p.problems
}

// split fills p.fields, or returns false if body is not a JSON object. Decoding into
// a struct would match names case-insensitively and let the last of repeated ones win.
func (p *parser) split(body []byte) bool {
	if !utf8.Valid(body) || !json.Valid(body) {
		return false
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	if start, err := dec.Token(); err != nil || start != json.Delim('{') {
		return false
	}
	for dec.More() {
		name, err := dec.Token()
		var raw json.RawMessage
		if err != nil || dec.Decode(&raw) != nil {
			return false
		}
		p.add(name.(string), raw)
	}
	return true
}

func (p *parser) add(name string, raw json.RawMessage) {
	for _, known := range fieldNames {
		_, sent := p.fields[name]
		switch {
		case name == known && sent:
			p.fail(known, "must not appear more than once")
		case name == known:
			p.fields[name] = raw
		case strings.EqualFold(name, known): // ignoring it would silently drop a field
			p.fail(known, "must be spelled in exactly these letters")
		}
	}
}

func (p *parser) fail(field, problem string) {
	text := field + ": " + problem + "."
	for _, known := range p.problems {
		if known == text { // a name repeated a thousand times is one problem
			return
		}
	}
	p.problems = append(p.problems, text)
}

// text returns the string in a field, or nil if it is absent or wrong.
func (p *parser) text(field string, required bool, valid func(string) bool, problem string) *string {
	raw, sent := p.fields[field]
	var s *string
	switch {
	case !sent && !required:
		return nil
	case !sent || string(raw) == "null":
		p.fail(field, "may not be null")
	case json.Unmarshal(raw, &s) != nil:
		p.fail(field, "must be a string")
	case valid != nil && !valid(*s):
		p.fail(field, problem)
	default:
		return s
	}
	return nil
}

func (p *parser) dateTime(field string, required bool) (t time.Time) {
	p.text(field, required, func(s string) bool {
		parsed, err := time.Parse(time.RFC3339, strings.ToUpper(s))
		t = parsed.UTC()
		// In UTC the year can leave the range that RFC 3339 can write.
		return err == nil && dateTimePattern.MatchString(s) && t.Year() >= 0 && t.Year() <= 9999
	}, "must be an RFC 3339 date-time, such as 2024-01-01T16:17:16Z")
	return t
}

// number looks at the text itself, because json.Number also decodes from "50" in quotes.
func (p *parser) number(field string) json.Number {
	raw, sent := p.fields[field]
	if !sent || string(raw) == "null" {
		p.fail(field, "may not be null")
	} else if raw[0] != '-' && (raw[0] < '0' || raw[0] > '9') {
		p.fail(field, "must be a number")
	} else if _, err := strconv.ParseFloat(string(raw), 64); err != nil {
		p.fail(field, "is out of range") // most clients would read it back as infinite
	}
	return json.Number(raw)
}

func oneOf(list string) func(string) bool {
	return func(s string) bool {
		for _, v := range strings.Split(list, ", ") {
			if s == v {
				return true
			}
		}
		return false
	}
}
