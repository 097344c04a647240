import RangedMmap

// What has a range in it can't be copied, and says so.
#if TWIN
enum State: ~Copyable {
  case empty
  case full(AllocatedRange)
}
#else
enum State {
  // expected-note@-1 {{consider adding '~Copyable' to enum 'State'}}
  case empty
  case full(AllocatedRange)
  // expected-error@-1 {{associated value 'full' of 'Copyable'-conforming enum 'State' has non-Copyable type}}
}
#endif
