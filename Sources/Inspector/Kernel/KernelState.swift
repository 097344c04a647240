/// What the kernel says of a page or of many: where its bytes are.
package enum KernelState: Int, CaseIterable {
  /// Nowhere: a hole, or blocks that are only reserved.
  case noData
  /// On the disk and not in memory.
  case onDisk
  /// In memory, equal to the disk.
  case clean
  /// In memory, and the disk has others.
  case dirty
  /// On their way to the disk.
  case writeback
  /// In memory; whether the disk has others is unknown.
  case cached
  case unknown

  /// The state that matters most; `nil` is unknown.
  package init(_ cell: KernelCell?) {
    switch cell {
    case nil: self = .unknown
    case let cell? where cell.dirty ?? 0 > 0: self = .dirty
    case let cell? where cell.writeback ?? 0 > 0: self = .writeback
    case let cell? where cell.cached > 0: self = cell.dirty == nil ? .cached : .clean
    case let cell?: self = cell.data > 0 ? .onDisk : .noData
    }
  }
}
