import Inspector

extension Lesson {
  // By number; the scripts beside this file are embedded in the program, so that it finds them wherever it is.
  private static let texts: [(name: String, text: [UInt8])] = [
    ("01-life.mmv", PackageResources._1_life_mmv),
    ("02-sparse.mmv", PackageResources._2_sparse_mmv),
    ("03-async.mmv", PackageResources._3_async_mmv),
    ("04-clean.mmv", PackageResources._4_clean_mmv),
    ("05-folios.mmv", PackageResources._5_folios_mmv),
    ("06-workers.mmv", PackageResources._6_workers_mmv),
    ("07-kill.mmv", PackageResources._7_kill_mmv),
    ("08-truncate.mmv", PackageResources._8_truncate_mmv),
    ("09-full.mmv", PackageResources._9_full_mmv),
    ("10-failed.mmv", PackageResources._0_failed_mmv),
  ]

  /// All lessons in order.
  ///
  /// - Throws: What is wrong in a script; never, as tests show.
  static func all() throws(ScriptError) -> [Lesson] {
    var lessons: [Lesson] = []
    for (index, (name, text)) in texts.enumerated() {
      lessons.append(try Lesson(String(decoding: text, as: UTF8.self), name: name, number: index + 1))
    }
    return lessons
  }
}
