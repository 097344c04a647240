/// What a ``PageRange`` has been through; the compiler uses it to refuse steps out of order.
///
/// Only ``Allocated``, ``Written`` and ``Flushed`` mean anything: no range of another stage can be made.
public protocol RangeStage {}

/// The stage of a range that may be written.
public enum Allocated: RangeStage {}

/// The stage of a range whose bytes were written, but may not have reached the disk.
public enum Written: RangeStage {}

/// The stage of a range whose bytes were made durable.
public enum Flushed: RangeStage {}

/// A range that may be written once: the writer that holds it is the only one.
///
/// It comes from ``RangeAllocator/allocate(_:)``, from `reuse`, from ``MmapFile/punch(_:)``, or out of an error with ``MmapFileError/range()``. A
/// write consumes it.
public typealias AllocatedRange = PageRange<Allocated>

/// The proof that a range was written in full; what ``MmapFile/flush(_:)`` and ``MmapFile/sync(_:)`` take.
///
/// It proves nothing of the disk. A flush borrows it; a sync consumes it, and so does
/// ``MmapFile/reuse(_:)-(WriteReceipt)``.
public typealias WriteReceipt = PageRange<Written>

/// The proof that a range's bytes are durable, as far as <doc:WhatFlushedMeans> says.
public typealias FlushedRange = PageRange<Flushed>

/// A run of a file's pages that has one owner, and whose type says what has become of it.
///
/// It starts at a multiple of 4096 bytes; its length is one too, unless it ends at the end of a file whose size isn't.
/// Ranges of any stage are split and joined. It can't be copied, and no code outside this library can make one: an
/// allocator hands out an ``AllocatedRange``, a write turns it into a ``WriteReceipt``, a sync into a ``FlushedRange``,
/// and each step consumes the value it starts from. It belongs to one file; another refuses it with `foreignRange`.
///
/// Dropping a range gives nothing back: its pages stay as they are until the file is opened again. To give some back
/// there is ``FreeListAllocator/free(_:)``.
public struct PageRange<Stage: RangeStage>: ~Copyable, Sendable {
  /// The first byte, counted from the start of the file; a multiple of 4096.
  public let start: Int
  /// The number of bytes.
  public let count: Int
  /// Which opened file this belongs to; no two in a process share one.
  @usableFromInline let file: UInt64
  // The number of the `Epoch` that the bytes were written in; of 32 bits, so that an optional range fits in registers.
  @usableFromInline let epoch: UInt32

  // The one place where ranges come from. The caller vouches that these pages have no other owner.
  @inlinable
  init(start: Int, count: Int, file: UInt64, epoch: UInt32 = 0) {
    self.start = start
    self.count = count
    self.file = file
    self.epoch = epoch
  }

  // The next stage of a range, which the caller consumes.
  init<Old>(replacing range: borrowing PageRange<Old>, epoch: UInt32 = 0) {
    self.init(start: range.start, count: range.count, file: range.file, epoch: epoch)
  }

  /// The first byte after the range, counted from the start of the file.
  public var end: Int { start + count }

  /// The bytes of the range as offsets into the file: `start..<end`.
  public var byteRange: Range<Int> { start..<end }

  /// The 4 KiB pages that the range touches, counted from the start of the file: indices of ``PageStates``.
  public var pages: Range<Int> { start / Alignment.page..<Alignment.pages(in: end) }

  /// Whether the range has no bytes; only a split at either edge makes such a range.
  public var isEmpty: Bool { count == 0 }
}
