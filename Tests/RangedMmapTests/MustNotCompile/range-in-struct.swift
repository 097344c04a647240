import RangedMmap

// What holds a range can't be copied either; an error must be, and holds a box.
#if TWIN
struct NamedRange: ~Copyable {
  let name: String
  let range: AllocatedRange
}
struct Failure: Error { let range: HandOver<AllocatedRange> }
#else
struct NamedRange {
  // expected-note@-1 {{consider adding '~Copyable' to struct 'NamedRange'}}
  let name: String
  let range: AllocatedRange
  // expected-error@-1 {{stored property 'range' of 'Copyable'-conforming struct 'NamedRange' has non-Copyable type 'AllocatedRange' (aka 'PageRange<Allocated>')}}
}
struct Failure: Error { let range: AllocatedRange }
// expected-note@-1 {{consider adding '~Copyable' to struct 'Failure'}}
// expected-error@-2 {{stored property 'range' of 'Copyable'-conforming struct 'Failure' has non-Copyable type 'AllocatedRange' (aka 'PageRange<Allocated>')}}
#endif
