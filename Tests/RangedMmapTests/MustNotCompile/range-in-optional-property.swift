import RangedMmap

// An Optional in a property is emptied with take.
#if TWIN
final class Writer {
  private var range: AllocatedRange?
  func write(_ file: MmapFile) throws {
    guard let range = range.take() else { return }
    _ = try file.write([1], to: range)
  }
}
#else
final class Writer {
  private var range: AllocatedRange?
  func write(_ file: MmapFile) throws {
    guard let range = range else { return }
    // expected-error@-1 {{cannot consume noncopyable stored property 'self.range' of a class}}
    _ = try file.write([1], to: range)
  }
}
#endif
