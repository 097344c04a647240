import PageCache
import RangedMmap
import SystemPackage

// What is so, and what a script says should be.

extension Session {
  /// How many pages were written here and are not durable yet; a crash may take them.
  package var unsyncedPages: Int {
    guard let counts = file?.states.counts() else { return 0 }
    return counts[.written] + counts[.flushing]
  }

  /// What a person who leaves a file should know: that something may still be lost.
  package var farewell: String? {
    // What a lesson leaves behind is thrown away.
    guard let file, host.outside == nil else { return nil }
    let counts = file.states.counts()
    let pending = unsyncedPages
    var parts: [String] = []
    if pending > 0 {
      parts.append("\(counted(pending, "page")) written and not synced: the kernel writes them back in its own time")
    }
    if counts[.lost] > 0 { parts.append("\(counted(counts[.lost], "page")) lost") }
    return parts.isEmpty ? nil : "\(file.path): \(parts.joined(separator: "; "))"
  }

  /// Where the open file is, in words, and when others last wrote it.
  func place(of file: MmapFile) -> String {
    let system = try? PageCache.fileSystem(of: file.descriptor)
    var parts = ["on " + (file.isDevice ? "a block device" : system?.name ?? "an unknown file system")]
    if !file.isDevice, let point = system?.mountPoint { parts[0] += " at \(point)" }
    if let inode = sampledFile?.inode { parts.append("inode \(inode)") }
    switch document.standing?.name {
    case nil, .kept: break
    case .deleted: parts.append("deleted")
    case .superseded: parts.append("replaced by another, without a name now")
    case .moved(let path): parts.append("renamed" + (path.map { " to \($0)" } ?? ""))
    case .replaced(let path): parts.append("replaced by another" + (path.map { ", is \($0) now" } ?? ""))
    }
    if let time = lastWritten(file) { parts.append("last written \(Moment.now.age(of: time))") }
    return parts.joined(separator: ", ")
  }

  /// When others last wrote the open file; `nil` if that is not known, and of one that is written here.
  func lastWritten(_ file: MmapFile) -> Moment? {
    guard !file.isWritable, !file.isDevice else { return nil }
    return (try? PageCache.modified(file.descriptor)).map { Moment(sinceEpoch: $0) }
  }
}
