import PageCache
import RangedMmap

extension Session {
  /// How many pages were written here and are not durable yet: a crash may lose them.
  package var unsyncedPages: Int {
    guard let counts = file?.states.counts() else { return 0 }
    return counts[.written] + counts[.flushing]
  }

  /// What a person who leaves a file should know of it: that something may still be lost, or is.
  package var farewell: String? {
    // A lesson's files are deleted.
    guard let file, host.outside == nil else { return nil }
    let (pending, lost) = (unsyncedPages, file.states.counts()[.lost])
    var parts: [String] = []
    if pending > 0 {
      parts.append("\(counted(pending, "page")) written and not durable: the kernel writes them back in its own time")
    }
    if lost > 0 { parts.append("\(counted(lost, "page")) lost") }
    return parts.isEmpty ? nil : "\(file.path): \(parts.joined(separator: "; "))"
  }

  /// Where the open file is, and when other processes last wrote it.
  func place(of file: MmapFile) -> String {
    let system = file.isDevice ? nil : try? PageCache.fileSystem(of: file.descriptor)
    var parts = ["on " + (file.isDevice ? "a block device" : system?.name ?? "an unknown file system")]
    if let point = system?.mountPoint { parts[0] += " at \(point)" }
    if let inode = sampledFile?.inode { parts.append("inode \(inode)") }
    switch document.standing?.name {
    case nil, .kept: break
    case .deleted: parts.append("deleted")
    case .superseded: parts.append("replaced by another, without a name now")
    case .moved(let path): parts.append("renamed" + (path.map { " to \($0)" } ?? ""))
    case .replaced(let path): parts.append("replaced by another" + (path.map { ", is \($0) now" } ?? ""))
    }
    if let time = lastWritten(file) { parts.append("last written \(WallTime.now.age(of: time))") }
    return parts.joined(separator: ", ")
  }

  /// When other processes last wrote the open file; `nil` if that is not known, or if it is written here.
  func lastWritten(_ file: MmapFile) -> WallTime? {
    guard !file.isWritable, !file.isDevice else { return nil }
    return (try? PageCache.modified(file.descriptor)).map { WallTime(sinceEpoch: $0) }
  }
}
