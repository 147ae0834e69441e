#include "files.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace bench {
namespace {

namespace fs = std::filesystem;
namespace mpi = unitvar::mpi;

[[noreturn]] void fail(const char *what, const fs::path &path)
{
    throw std::system_error(errno, std::generic_category(), std::string(what) + " " + path.string());
}

// A file that appears under its name when it is complete.
class WholeFile {
public:
    explicit WholeFile(fs::path path) : path_(std::move(path)), temporary_(path_.string() + ".part")
    {
        descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        if (descriptor_ < 0) {
            fail("cannot create", temporary_);
        }
    }
    WholeFile(const WholeFile &) = delete;
    WholeFile &operator=(const WholeFile &) = delete;
    ~WholeFile()
    {
        if (descriptor_ >= 0) {
            ::close(descriptor_);
            ::unlink(temporary_.c_str());
        }
    }
    void write(std::span<const unsigned char> bytes)
    {
        while (!bytes.empty()) {
            const ssize_t n = ::write(descriptor_, bytes.data(), std::min<std::size_t>(bytes.size(), 1U << 30U));
            if (n < 0 && errno != EINTR) {
                fail("cannot write", temporary_);
            }
            bytes = bytes.subspan(n < 0 ? 0 : static_cast<std::size_t>(n));
        }
    }
    void write(std::string_view text) { write({reinterpret_cast<const unsigned char *>(text.data()), text.size()}); }
    void complete()
    {
        if (::fsync(descriptor_) != 0) {
            fail("cannot synchronise", temporary_);
        }
        if (::close(std::exchange(descriptor_, -1)) != 0 || ::rename(temporary_.c_str(), path_.c_str()) != 0) {
            fail("cannot complete", path_);
        }
        // The name is to last as well.
        const int folder = ::open(path_.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (folder >= 0) {
            ::fsync(folder);
            ::close(folder);
        }
    }

private:
    fs::path path_;
    fs::path temporary_;
    int descriptor_ = -1;
};

void write_text(const fs::path &path, std::string_view text)
{
    WholeFile file(path);
    file.write(text);
    file.complete();
}

[[nodiscard]] std::string json_string(std::string_view text)
{
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            result += '\\';
        }
        if (static_cast<unsigned char>(c) < 0x20) {
            std::array<char, 8> escape{};
            (void)std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(c));
            result += escape.data();
        } else {
            result += c;
        }
    }
    return result + '"';
}

template <class... Parts> [[nodiscard]] std::string joined(const Parts &...parts)
{
    std::ostringstream text;
    (text << ... << parts);
    return text.str();
}

[[nodiscard]] std::string list(const std::vector<std::int64_t> &values)
{
    std::string result = "[";
    for (const std::int64_t value : values) {
        result.append(result.size() > 1 ? "," : "").append(std::to_string(value));
    }
    return result + "]";
}

[[nodiscard]] std::string hex(const std::array<std::uint64_t, 4> &words)
{
    std::string result;
    for (const std::uint64_t word : words) {
        std::array<char, 17> digits{};
        (void)std::snprintf(digits.data(), digits.size(), "%016llx", static_cast<unsigned long long>(word));
        result += digits.data();
    }
    return result;
}

[[nodiscard]] std::string numbered(const char *stem, int rank, int ranks)
{
    std::array<char, 64> name{};
    (void)std::snprintf(name.data(), name.size(), "%s-%05d-of-%05d.safetensors", stem, rank + 1, ranks);
    return name.data();
}

[[nodiscard]] std::string start_of(const Run &run)
{
    return hex(mpi::digest_of(mpi::start_of(run.grid, run.generator, run.table)));
}

[[noreturn]] void refuse(const fs::path &path)
{
    throw unitvar::InvalidArgument(
        "--out has " + path.string() +
        ", which is not of this run; expected an empty directory, or one of a run with the same "
        "model, dtype, engine, seed, layout, ranks and versions");
}

// What a file begins with, up to n bytes; nothing where there is none.
[[nodiscard]] std::optional<std::string> head_of(const fs::path &path, std::size_t n)
{
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return std::nullopt;
    }
    std::string head(n, '\0');
    file.read(head.data(), static_cast<std::streamsize>(n));
    head.resize(static_cast<std::size_t>(file.gcount()));
    return head;
}

class Safetensors : public Output {
public:
    Safetensors(const fs::path &directory, const Run &run)
    {
        bool whole = true;
        for (int r = 0; r < run.ranks; ++r) {
            for (const auto &p : run.table) {
                const auto slice = mpi::slice_of(run.grid, r, p);
                whole = whole && (!slice || (slice->first && slice->shape == p.shape));
            }
        }
        const char *const stem = whole ? "model" : "rank";
        path_ = directory / numbered(stem, run.rank, run.ranks);
        make_header(run, whole);
        if (const auto head = head_of(path_, header_.size())) {
            if (*head != header_ || fs::file_size(path_) != header_.size() + bytes_) {
                refuse(path_);
            }
            complete_ = true;
        }
        if (whole && run.rank == 0) {
            std::string map;
            std::uint64_t total = 0;
            for (const auto &p : run.table) {
                int owner = 0;
                while (!mpi::slice_of(run.grid, owner, p)) {
                    ++owner;
                }
                map += joined(map.empty() ? "" : ",\n    ", json_string(p.name), ": ",
                              json_string(numbered(stem, owner, run.ranks)));
                total += elements_of(p.shape) * unitvar::element_bytes(p.dtype);
            }
            index_ = {directory / "model.safetensors.index.json",
                      "{\n  \"metadata\": {\"total_size\": " + std::to_string(total) + "},\n  \"weight_map\": {\n    " +
                          map + "\n  }\n}\n"};
        }
    }
    [[nodiscard]] bool wants(std::size_t) const override { return !complete_; }
    void put(std::size_t, std::span<const unsigned char> slice) override
    {
        if (!file_) {
            file_ = std::make_unique<WholeFile>(path_);
            file_->write(header_);
        }
        file_->write(slice);
    }
    void finish() override
    {
        if (!complete_ && !file_) {
            file_ = std::make_unique<WholeFile>(path_);
            file_->write(header_);
        }
        if (file_) {
            file_->complete();
        }
        if (!index_.first.empty()) {
            write_text(index_.first, index_.second);
        }
    }

private:
    void make_header(const Run &run, bool whole)
    {
        const auto &g = run.grid;
        std::string tensors;
        std::string places;
        for (const auto &p : run.table) {
            const auto slice = mpi::slice_of(run.grid, run.rank, p);
            if (!slice) {
                continue;
            }
            const char *const type = p.dtype == unitvar::DType::f32    ? "F32"
                                     : p.dtype == unitvar::DType::f64  ? "F64"
                                     : p.dtype == unitvar::DType::bf16 ? "BF16"
                                                                       : "F16";
            const std::uint64_t end = bytes_ + elements_of(slice->shape) * unitvar::element_bytes(p.dtype);
            tensors += joined(",", json_string(p.name), ":{\"dtype\":\"", type, "\",\"shape\":", list(slice->shape),
                              ",\"data_offsets\":[", bytes_, ",", end, "]}");
            places += joined(places.empty() ? "" : ",", json_string(p.name), ":{\"offset\":", list(slice->offset),
                             ",\"of\":", list(p.shape), "}");
            bytes_ = end;
        }
        std::string json = joined(
            "{\"__metadata__\":{\"format\":\"pt\",\"unitvar\":", json_string(unitvar::version_string()),
            ",\"stream_version\":\"", unitvar::stream_version(),
            "\",\"engine\":", json_string(unitvar::name_of(run.generator.engine())), ",\"seed\":\"",
            run.generator.seed(), "\",\"grid\":\"", g.tensor, "x", g.pipeline, "x", g.data, "\",\"start\":\"",
            start_of(run), "\"", whole ? std::string() : joined(",\"slices\":", json_string(joined("{", places, "}"))),
            "}", tensors, "}");
        json.resize((json.size() + 7) / 8 * 8, ' ');
        for (unsigned i = 0; i < 64; i += 8) {
            header_ += static_cast<char>(json.size() >> i & 0xFFU);
        }
        header_ += json;
    }

    fs::path path_;
    std::string header_;
    std::uint64_t bytes_ = 0;
    bool complete_ = false;
    std::unique_ptr<WholeFile> file_;
    std::pair<fs::path, std::string> index_; // of rank 0
};

class Raw : public Output {
public:
    Raw(const fs::path &directory, const Run &run) : directory_(directory), run_(run)
    {
        std::string tensors;
        for (const auto &p : run.table) {
            if (p.name.find('/') != std::string::npos) {
                throw unitvar::InvalidArgument("name is '" + p.name + "'; expected one without '/' for --format raw");
            }
            tensors += joined(tensors.empty() ? "" : ",\n    ", json_string(p.name), ": ", list(p.shape));
        }
        manifest_ = "{\n  \"start\": \"" + start_of(run) +
                    "\",\n  \"bytes_per_element\": " + std::to_string(unitvar::element_bytes(run.table[0].dtype)) +
                    ",\n  \"tensors\": {\n    " + tensors + "\n  }\n}\n";
        const auto there = head_of(directory_ / "manifest.json", manifest_.size() + 1);
        if (there && *there != manifest_) {
            refuse(directory_ / "manifest.json");
        }
        // Before any slice: no rank writes until all have opened.
        if (!there && run.rank == 0) {
            write_text(directory_ / "manifest.json", manifest_);
        }
    }
    [[nodiscard]] bool wants(std::size_t i) const override
    {
        const auto slice = mpi::slice_of(run_.grid, run_.rank, run_.table[i]);
        if (!slice || !slice->first) {
            return false;
        }
        std::error_code none;
        const std::uintmax_t size = fs::file_size(path_of(i, *slice), none);
        return none || size != elements_of(slice->shape) * unitvar::element_bytes(run_.table[i].dtype);
    }
    void put(std::size_t i, std::span<const unsigned char> bytes) override
    {
        WholeFile file(path_of(i, *mpi::slice_of(run_.grid, run_.rank, run_.table[i])));
        file.write(bytes);
        file.complete();
    }
    void finish() override {}

private:
    // NAME, or NAME@OFFSET+SHAPE for a part.
    [[nodiscard]] fs::path path_of(std::size_t i, const mpi::Slice &slice) const
    {
        const auto lengths = [](const std::vector<std::int64_t> &values) {
            std::string text;
            for (const std::int64_t value : values) {
                text.append(text.empty() ? "" : "x").append(std::to_string(value));
            }
            return text;
        };
        const auto &p = run_.table[i];
        return directory_ / (slice.shape == p.shape
                                 ? p.name
                                 : joined(p.name, "@", lengths(slice.offset), "+", lengths(slice.shape)));
    }

    fs::path directory_;
    Run run_;
    std::string manifest_;
};

} // namespace

std::unique_ptr<Output> open_output(const fs::path &directory, std::string_view format, const Run &run)
{
    fs::create_directories(directory);
    if (format == "safetensors") {
        return std::make_unique<Safetensors>(directory, run);
    }
    return std::make_unique<Raw>(directory, run);
}

} // namespace bench
