/// Whose view of the pages the screen shows.
package enum Layer: String, Sendable, CaseIterable {
  /// What the library believes: allocated, written, flushed.
  case library
  /// What the kernel knows: cached, dirty, in writeback.
  case kernel
  /// One beside the other.
  case both

  /// The one that `L` turns to.
  package var next: Layer {
    switch self {
    case .library: .kernel
    case .kernel: .both
    case .both: .library
    }
  }
}
