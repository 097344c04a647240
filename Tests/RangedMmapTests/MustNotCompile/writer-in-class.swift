import RangedMmap

// No object keeps a writer.
#if TWIN
final class Filler {
  var count = 0
  func fill(_ file: MmapFile, _ range: consuming AllocatedRange) throws {
    _ = try file.write(to: range) { writer in count = writer.capacity }
  }
}
#else
final class Filler {
  var writer: RangeWriter?
  // expected-error@-1 {{the 'get' accessor cannot return a ~Escapable result}}
  // expected-error@-2 {{the '_modify' accessor cannot return a ~Escapable result}}
}
#endif
