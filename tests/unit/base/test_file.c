#include "base/file.h"
#include "base/map.h"

#include "base/mem.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

static char folder[] = "/tmp/nnscope-file-XXXXXX";
static char path[200];

static void enter(void)
{
    cr_assert(mkdtemp(folder), "a folder for the test");
    snprintf(path, sizeof path, "%s/target.txt", folder);
}

static void leave(void)
{
    char command[100];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_assert(system(command) == 0, "%s", command);
}

TestSuite(file, .init = enter, .fini = leave);

static const char *in_folder(const char *name)
{
    static char text[200];
    snprintf(text, sizeof text, "%s/%s", folder, name);
    return text;
}

static void put(const char *name, const void *bytes, size_t length)
{
    FILE *file = fopen(name, "wb");
    cr_assert(file && fwrite(bytes, 1, length, file) == length, "%s", name);
    fclose(file);
}

/* What the file holds is `text`, and the folder holds `count` files. */
static void expect(const char *name, const char *text, int count)
{
    unsigned char *data;
    size_t length;
    struct nn_error error;
    cr_assert(nn_file_read(name, 0, &data, &length, &error) == NN_OK, "%s: %s", name,
              error.message);
    cr_assert(length == strlen(text) && memcmp(data, text, length) == 0, "%s holds %s", name, data);
    nn_free(data);
    int found = 0;
    DIR *dir = opendir(folder);
    for (struct dirent *entry; (entry = readdir(dir));)
        found += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(dir);
    cr_assert(found == count, "%d files in the folder, not %d", found, count);
}

static mode_t mode_of(const char *name)
{
    struct stat st;
    cr_assert(stat(name, &st) == 0, "%s", name);
    return st.st_mode & 07777;
}

Test(file, reads_what_is_there)
{
    unsigned char *data;
    size_t length;
    put(path, "ab\0c", 4);
    cr_assert(nn_file_read(path, 0, &data, &length, NULL) == NN_OK, "read");
    cr_assert(length == 4 && memcmp(data, "ab\0c", 5) == 0, "four bytes and a NUL");
    nn_free(data);
    put(path, "", 0);
    cr_assert(nn_file_read(path, 0, &data, &length, NULL) == NN_OK, "read empty");
    cr_assert(length == 0 && data[0] == 0, "nothing but a NUL");
    nn_free(data);
    /* Its size is said to be 0. */
    cr_assert(nn_file_read("/proc/self/status", 0, &data, &length, NULL) == NN_OK, "read /proc");
    cr_assert(length > 100 && strlen((char *)data) == length, "%zu bytes", length);
    nn_free(data);
}

static void expect_refusal(const char *name, size_t limit, enum nn_status status, const char *text)
{
    unsigned char *data = NULL;
    size_t length = 7;
    struct nn_error error = {0};
    enum nn_status got = nn_file_read(name, limit, &data, &length, &error);
    cr_assert(got == status && error.status == status, "%s: status %d", name, got);
    cr_assert(strstr(error.message, text), "%s: %s", name, error.message);
    cr_assert(strcmp(error.file, name) == 0, "the file is named: %s", error.file);
    cr_assert(!data && length == 7, "results untouched");
}

Test(file, refuses_what_is_not_a_readable_file, .timeout = 10)
{
    expect_refusal(in_folder("missing"), 0, NN_DAMAGED, "no such file");
    expect_refusal(folder, 0, NN_DAMAGED, "is a directory");
    expect_refusal("/dev/null", 0, NN_DAMAGED, "is a device");
    cr_assert(mkfifo(path, 0600) == 0, "mkfifo");
    expect_refusal(path, 0, NN_DAMAGED, "FIFO");
    unlink(path);
    put(path, "12345", 5);
    expect_refusal(path, 4, NN_LIMIT, "limit of 4 bytes");
    expect_refusal("/proc/self/status", 10, NN_LIMIT, "limit of 10 bytes");
    unsigned char *data;
    size_t length;
    cr_assert(nn_file_read(path, 5, &data, &length, NULL) == NN_OK, "just the limit");
    nn_free(data);
    if (geteuid() != 0) {
        chmod(path, 0);
        expect_refusal(path, 0, NN_DAMAGED, "Permission denied");
    }
}

/* gzip of `length` bytes into out; returns its length. */
static size_t pack(const void *bytes, size_t length, unsigned char *out, size_t capacity)
{
    z_stream z = {0};
    cr_assert(deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK,
              "zlib");
    z.next_in = (Bytef *)(uintptr_t)bytes;
    z.avail_in = (uInt)length;
    z.next_out = out;
    z.avail_out = (uInt)capacity;
    cr_assert(deflate(&z, Z_FINISH) == Z_STREAM_END, "deflate");
    deflateEnd(&z);
    return z.total_out;
}

static enum nn_status unpack(size_t limit, unsigned char **data, size_t *length,
                             struct nn_error *error)
{
    return nn_file_read_gzip(path, limit, data, length, error);
}

Test(file, gzip)
{
    enum { LENGTH = 300000 };
    static unsigned char plain[LENGTH], packed[2 * LENGTH];
    unsigned char *data;
    size_t length, n;
    struct nn_error error;
    for (size_t i = 0; i < LENGTH; i++)
        plain[i] = (unsigned char)(i * i >> 7);
    n = pack(plain, LENGTH, packed, sizeof packed);
    put(path, packed, n);
    cr_assert(unpack(0, &data, &length, &error) == NN_OK, "%s", error.message);
    cr_assert(length == LENGTH && memcmp(data, plain, LENGTH) == 0 && data[LENGTH] == 0, "content");
    nn_free(data);
    cr_assert(unpack(LENGTH, &data, &length, &error) == NN_OK, "just the limit: %s", error.message);
    nn_free(data);
    cr_assert(unpack(LENGTH - 1, &data, &length, &error) == NN_LIMIT, "one byte over the limit");

    /* Two members, then padding. */
    n += pack("tail", 4, packed + n, sizeof packed - n);
    memset(packed + n, 0, 100);
    put(path, packed, n + 100);
    cr_assert(unpack(0, &data, &length, &error) == NN_OK, "members: %s", error.message);
    cr_assert(length == LENGTH + 4 && strcmp((char *)data + LENGTH, "tail") == 0, "members");
    nn_free(data);
    packed[n + 50] = 'x';
    put(path, packed, n + 100);
    cr_assert(unpack(0, &data, &length, &error) == NN_DAMAGED, "garbage after the end");

    put(path, "plain", 5);
    cr_assert(unpack(0, &data, &length, &error) == NN_OK && length == 5, "not packed");
    nn_free(data);
    n = pack("", 0, packed, sizeof packed);
    put(path, packed, n);
    cr_assert(unpack(0, &data, &length, &error) == NN_OK && length == 0 && data && *data == 0,
              "nothing packed");
    nn_free(data);
}

Test(file, damaged_gzip)
{
    unsigned char packed[200], *data;
    size_t length, n = pack("hello, hello, hello", 19, packed, sizeof packed);
    for (size_t cut = 2; cut < n; cut++) {
        struct nn_error error = {0};
        put(path, packed, cut);
        cr_assert(unpack(0, &data, &length, &error) == NN_DAMAGED, "cut to %zu", cut);
        cr_assert(strstr(error.message, "too early"), "cut to %zu: %s", cut, error.message);
        cr_assert(strcmp(error.file, path) == 0, "the file is named");
    }
    for (size_t i = 10; i < n; i++) {
        packed[i] ^= 0x55;
        put(path, packed, n);
        cr_assert(unpack(0, &data, &length, NULL) == NN_DAMAGED, "byte %zu changed", i);
        packed[i] ^= 0x55;
    }
}

Test(file, saves_new_and_over_old)
{
    umask(027);
    cr_assert(nn_save_bytes(path, "one", 3, NULL) == NN_OK, "new");
    expect(path, "one", 1);
    cr_assert(mode_of(path) == 0640, "mode %o", mode_of(path));
    chmod(path, 0604);
    cr_assert(nn_save_bytes(path, "three", 5, NULL) == NN_OK, "over");
    expect(path, "three", 1);
    cr_assert(mode_of(path) == 0604, "the mode stays, not %o", mode_of(path));
    cr_assert(chdir(folder) == 0, "chdir");
    cr_assert(nn_save_bytes("target.txt", "", 0, NULL) == NN_OK, "a bare name, no bytes");
    expect(path, "", 1);
}

Test(file, old_file_stays_until_commit)
{
    struct nn_save *save;
    put(path, "old", 3);
    cr_assert(nn_save_begin(path, &save, NULL) == NN_OK, "begin");
    cr_assert(nn_save_write(save, "new", 3, NULL) == NN_OK, "write");
    expect(path, "old", 2);
    nn_save_abort(save);
    expect(path, "old", 1);
    cr_assert(nn_save_begin(path, &save, NULL) == NN_OK, "begin");
    cr_assert(nn_save_write(save, "ne", 2, NULL) == NN_OK, "write");
    cr_assert(nn_save_write(save, "w", 1, NULL) == NN_OK, "write");
    cr_assert(nn_save_commit(save, NULL) == NN_OK, "commit");
    expect(path, "new", 1);
}

Test(file, symbolic_links_stay_links)
{
    char link[200];
    snprintf(link, sizeof link, "%s", in_folder("link"));
    cr_assert(symlink("target.txt", link) == 0, "symlink");
    cr_assert(nn_save_bytes(link, "one", 3, NULL) == NN_OK, "to a file that is not there yet");
    expect(path, "one", 2);
    cr_assert(nn_save_bytes(link, "two", 3, NULL) == NN_OK, "to one that is");
    expect(path, "two", 2);
    struct stat st;
    cr_assert(lstat(link, &st) == 0 && S_ISLNK(st.st_mode), "still a link");
    unlink(path);
    cr_assert(symlink("link", path) == 0, "symlink");
    cr_assert(nn_save_bytes(link, "x", 1, NULL) == NN_IO, "links in a circle");
}

static void expect_no_save(const char *name, const char *text)
{
    struct nn_error error = {0};
    cr_assert(nn_save_bytes(name, "x", 1, &error) == NN_IO, "%s is refused", name);
    cr_assert(strstr(error.message, text), "%s: %s", name, error.message);
    cr_assert(strcmp(error.file, name) == 0, "the file is named: %s", error.file);
}

Test(file, refuses_to_save_to_what_is_not_a_file, .timeout = 10)
{
    expect_no_save(folder, "is a directory");
    expect_no_save(in_folder(""), "is a directory");
    expect_no_save(in_folder("none/file"), "no such folder");
    expect_no_save("", "empty");
    expect_no_save("/dev/null", "is a device");
    cr_assert(mkfifo(path, 0600) == 0, "mkfifo");
    expect_no_save(path, "FIFO");
    unlink(path);
    if (geteuid() != 0) {
        put(path, "x", 1);
        chmod(path, 0400);
        expect_no_save(path, "Permission denied");
    }
}

Test(file, names_as_long_as_they_may_be)
{
    char name[300];
    memset(name, 'n', sizeof name);
    snprintf(name, sizeof name, "%s/", folder);
    memset(name + strlen(folder) + 1, 'n', 255);
    name[strlen(folder) + 256] = 0;
    cr_assert(nn_save_bytes(name, "x", 1, NULL) == NN_OK, "255 bytes");
    expect(name, "x", 1);
}

/* A limit on the size of files stands for the full disk: write fails after some bytes. */
Test(file, full_disk_leaves_the_old_file)
{
    static char bytes[100000];
    struct rlimit limit = {.rlim_cur = 30000, .rlim_max = 30000};
    struct nn_error error = {0};
    put(path, "old", 3);
    signal(SIGXFSZ, SIG_IGN);
    cr_assert(setrlimit(RLIMIT_FSIZE, &limit) == 0, "setrlimit");
    cr_assert(nn_save_bytes(path, bytes, sizeof bytes, &error) == NN_IO, "must fail");
    cr_assert(strstr(error.message, "cannot write it"), "%s", error.message);
    expect(path, "old", 1);
    /* A caller that overlooks the failed write still cannot commit. */
    struct nn_save *save;
    cr_assert(nn_save_begin(path, &save, NULL) == NN_OK, "begin");
    cr_assert(nn_save_write(save, bytes, sizeof bytes, NULL) == NN_IO, "write");
    cr_assert(nn_save_commit(save, NULL) == NN_IO, "commit");
    expect(path, "old", 1);
}

/* Every call fails once: the file is the old one or, from the rename on, the new one; never
 * another. */
Test(file, every_fault_while_saving)
{
    if (!nn_fault_available())
        cr_skip_test("needs --enable-fault-injection");
    size_t calls = 0;
    for (size_t n = 1;; n++) {
        struct nn_error error = {0};
        put(path, "old", 3);
        nn_fault_io(n, false);
        enum nn_status status = nn_save_bytes(path, "new", 3, &error);
        calls = nn_fault_io_count();
        nn_fault_io(0, false);
        if (status == NN_OK)
            break;
        cr_assert(status == NN_IO && *error.message, "fault %zu: status %d", n, status);
        unsigned char *data;
        size_t length;
        cr_assert(nn_file_read(path, 0, &data, &length, NULL) == NN_OK, "fault %zu", n);
        bool renamed = memcmp(data, "new", 3) == 0;
        nn_free(data);
        expect(path, renamed ? "new" : "old", 1);
    }
    cr_assert(calls >= 6, "only %zu calls were counted", calls);
}

Test(file, every_fault_while_reading)
{
    if (!nn_fault_available())
        cr_skip_test("needs --enable-fault-injection");
    put(path, "text", 4);
    for (size_t n = 1;; n++) {
        unsigned char *data = NULL;
        size_t length;
        nn_fault_io(n, false);
        enum nn_status status = nn_file_read(path, 0, &data, &length, NULL);
        nn_fault_io(0, false);
        if (status == NN_OK) {
            cr_assert(n > 3, "only %zu calls", n);
            nn_free(data);
            break;
        }
        cr_assert((status == NN_IO || status == NN_DAMAGED) && !data, "fault %zu: %d", n, status);
    }
    for (size_t n = 1;; n++) {
        unsigned char *data = NULL;
        size_t length;
        nn_fault_alloc(n, false);
        enum nn_status status = nn_file_read(path, 0, &data, &length, NULL);
        nn_fault_alloc(0, false);
        nn_free(data);
        if (status == NN_OK)
            break;
        cr_assert(status == NN_MEMORY && !data, "allocation %zu: %d", n, status);
    }
}

Test(file, every_allocation_while_saving)
{
    if (!nn_fault_available())
        cr_skip_test("needs --enable-fault-injection");
    put(path, "old", 3);
    for (size_t n = 1;; n++) {
        nn_fault_alloc(n, false);
        enum nn_status status = nn_save_bytes(path, "new", 3, NULL);
        nn_fault_alloc(0, false);
        if (status == NN_OK)
            break;
        cr_assert(status == NN_MEMORY || status == NN_IO, "allocation %zu: %d", n, status);
    }
    expect(path, "new", 1);
}

Test(file, parts_of_paths)
{
    cr_assert(strcmp(nn_path_name("a/b.csv"), "b.csv") == 0, "name");
    cr_assert(strcmp(nn_path_name("b.csv"), "b.csv") == 0, "bare name");
    cr_assert(strcmp(nn_path_name("a/"), "") == 0, "folder");
    cr_assert(strcmp(nn_path_extension("a.b/c.d.csv"), ".csv") == 0, "extension");
    cr_assert(strcmp(nn_path_extension("a.b/c"), "") == 0, "dot in the folder");
    cr_assert(strcmp(nn_path_extension("a/.hidden"), "") == 0, "hidden file");
    cr_assert(nn_file_exists(folder) && !nn_file_exists(path), "exists");
}

Test(file, bundled_files)
{
    char *found = NULL;
    struct nn_error error;
    setenv("NNSCOPE_DATA", folder, 1);
    put(in_folder("README"), "mine", 4);
    cr_assert(nn_path_bundled("README", &found, NULL) == NN_OK, "of the environment");
    cr_assert(strcmp(found, in_folder("README")) == 0, "%s", found);
    nn_free(found);
    found = NULL;
    cr_assert(nn_path_bundled("no such set.csv", &found, &error) == NN_DAMAGED, "nowhere");
    cr_assert(!found && strstr(error.message, "no such set.csv"), "%s", error.message);
    unsetenv("NNSCOPE_DATA");
    if (!*NN_SOURCE_DATA)
        return; /* configured to look only where it will be installed */
    cr_assert(nn_path_bundled("README", &found, &error) == NN_OK, "%s", error.message);
    nn_free(found);
}

Test(file, clock_goes_forward)
{
    double before = nn_clock();
    usleep(2000);
    double passed = nn_clock() - before;
    cr_assert(passed >= 0.002 && passed < 10, "%f seconds", passed);
}

/* What is mapped stays as it was, whatever happens to a small file. */
Test(map, outlives_its_file, .init = enter, .fini = leave)
{
    static unsigned char bytes[100000];
    struct nn_map map;
    struct nn_error error = {0};
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * 7 >> 3);
    cr_assert(nn_save_bytes(in_folder("m"), bytes, sizeof bytes, &error) == NN_OK);
    cr_assert(nn_map_open(&map, in_folder("m"), &error) == NN_OK, "%s", error.message);
    cr_assert(truncate(in_folder("m"), 0) == 0);
    cr_assert(map.length == sizeof bytes && memcmp(map.data, bytes, sizeof bytes) == 0);
    nn_map_forget(&map);
    cr_assert(memcmp(map.data, bytes, sizeof bytes) == 0);
    nn_map_close(&map);
}
