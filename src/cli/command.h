/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The administrator's command: its tables, and one call of it from the command line to the answer.
 * Runs as root, speaks to AWS through luks-ssm-aws alone, and says everything in the words of the
 * resource agent's reasons.
 */
#ifndef LUKS_SSM_CLI_COMMAND_H
#define LUKS_SSM_CLI_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/deadline.h"
#include "base/reason.h"
#include "cli/answer.h"
#include "creds/variables.h"
#include "params/params.h"
#include "volume/wanted.h"

enum option_id {
#define OPTION(name, ...) OPTION_##name,
#include "cli/options.def"
#undef OPTION
	OPTION_COUNT
};

#define TAKES(option) (UINT64_C(1) << OPTION_##option)

struct option_row {
	const char *name;     /* with underscores, as a parameter's */
	const char *argument; /* what it takes, for the help; NULL: a flag */
	const char *brief;    /* one phrase */
	const char *help;     /* sentences */
};

struct command_call;

/* What a command does. Fills the answer, also on failure; writes nothing itself. */
typedef enum status command_handler(struct command_call *call, struct reason *reason);

struct command_row {
	const char *name;
	command_handler *handler; /* NULL where the table is only rendered */
	const char *operand;      /* NULL: takes none */
	bool operand_required;
	enum param_id operand_param; /* which parameter the operand is, with is_partial */
	bool is_partial;             /* not every required parameter needs to be there */
	bool with_params;            /* the volume's parameters are options, too */
	bool is_despite_file;        /* a file that cannot be used is a warning where this boot's
					record knows the volume */
	uint64_t options;            /* TAKES(…) of options.def; json, help and version always */
	const char *brief;
	const char *help;
};

extern const struct option_row option_rows[OPTION_COUNT];
extern const struct command_row command_rows[];
extern const size_t command_row_count;

/* One call. Texts are lent by argv and by the file. */
struct command_call {
	const struct command_row *row;
	const char *operand;               /* NULL: none */
	const char *options[OPTION_COUNT]; /* NULL: not given; "yes": a flag that is */
	const char *param_texts[PARAM_COUNT];
	struct variables file;    /* owned; the configuration file's */
	struct reason file_fault; /* is_despite_file: it cannot be used, and nothing else tells the
				     volume; the command says so where it matters */
	struct params params;     /* what both say together */
	struct wanted wanted;     /* instance "" when nothing names the volume */
	struct deadline deadline;
	struct answer answer; /* owned */
	bool is_delivered;    /* the answer was written, or could not be */
};

#define owned_command_call owned_by(command_call_end) struct command_call

/* The options that every command takes. */
#define OPTIONS_ALWAYS (TAKES(json) | TAKES(help) | TAKES(version))

static inline bool
command_takes(const struct command_row *row, enum option_id option)
{
	return ((row->options | OPTIONS_ALWAYS) & (UINT64_C(1) << option)) != 0;
}

/* The row of that name, or NULL. */
const struct command_row *command_row_find(const char *name);

/*
 * Takes the words behind the command's name apart, without a look at any file. STATUS_BAD_REQUEST:
 * an option that is unknown, given twice or without its value, a wrong number of operands.
 */
must_use enum status
command_line_read(char **words, struct command_call *call, struct reason *reason);

/*
 * Reads the configuration file and makes parameters, name and deadline. Wrong or missing parameters
 * are in call->params.problem. STATUS_BAD_PARAMETER: the time limit, the name; STATUS_BAD_PROFILE,
 * STATUS_UNKNOWN_PARAMETER and the like: the file (config_file.h).
 */
must_use enum status command_configure(struct command_call *call, struct reason *reason);

/* What a command that changes something needs first: root, and the host's mount namespace.
 * STATUS_NOT_ROOT, STATUS_PRIVATE_NAMESPACE, STATUS_UNREADABLE. */
must_use enum status command_check_rights(const struct command_call *call, struct reason *reason);

/* Whether the configuration says anything of that parameter. */
bool command_has(const struct command_call *call, enum param_id param);

/* That something names the volume. STATUS_MISSING_PARAMETER. */
must_use enum status command_check_name(const struct command_call *call, struct reason *reason);

/* The helper knows the parameters by our words alone; REASON is said in those of the file that was
 * read. */
void command_reword(const struct command_call *call, struct reason *reason);

/*
 * Writes the answer to standard output, as lines or as JSON. Returns 0, or an errno where it could
 * not be written. The program calls it after the command; a command whose answer is a secret that
 * is told once calls it itself, while what the answer tells of can still be taken back.
 */
must_use int command_deliver(struct command_call *call);

void command_call_end(struct command_call *call);

command_handler cmd_format, cmd_enroll, cmd_policy, cmd_keys, cmd_migrate, cmd_open, cmd_close,
	cmd_status, cmd_show_users, cmd_check, cmd_grow, cmd_backup_header, cmd_explain;

#endif
